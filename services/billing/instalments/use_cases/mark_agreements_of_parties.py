"""Turn marks on parties into marks on their agreements."""

from __future__ import annotations

from services.billing.instalments import repository
from services.billing.works import ALL_PARTIES, LOOK_AT_PARTIES, look_again
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record

SLICE = 500  # marks a transaction


async def mark_agreements_of_parties(database: Database) -> None:
    """Have each agreement of a marked party looked at again.

    The marks are read before the agreements. An agreement that is committed after it was looked for brings its own
    mark, and the party stands beside it by then.
    """
    async with database.reading() as connection:
        if not await marks.keys(connection, LOOK_AT_PARTIES):
            return
    # None of these commits wakes anybody: what they mark is worked off next.
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, LOOK_AT_PARTIES, ALL_PARTIES, wait=False)
    for some in taken.slices(SLICE):
        async with database.transaction(wakes=False) as connection:
            concerned = await repository.ids_of_parties(connection, some.parts())
            facts = [fact for programme, id in concerned for fact in look_again(programme, agreement=id)]
            await record(connection, facts)
            await marks.remove(connection, some)
