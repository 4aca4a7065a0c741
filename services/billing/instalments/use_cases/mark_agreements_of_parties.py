"""Turn marks on parties into marks on their agreements."""

from __future__ import annotations

from services.billing import marks
from services.billing.instalments import repository as agreements
from shared.database import Database
from shared.messaging.facts import record

SLICE = 500  # marks a transaction


async def mark_agreements_of_parties(database: Database) -> None:
    """Have each agreement of a marked party looked at again.

    The marks are read before the agreements. An agreement that is committed after it was looked for brings its own
    mark, and the party stands beside it by then.
    """
    while await _any_is_left(database):
        # Its commit wakes nobody: what it marks is worked off next, and where another replica has them nothing changed.
        async with database.transaction(wakes=False) as connection:
            taken = await marks.take_of_parties(connection, SLICE)
            concerned = await agreements.ids_of_parties(connection, {mark.party for mark in taken})
            facts = [fact for programme, id in concerned for fact in marks.look_again(programme, agreement=id)]
            await record(connection, facts)
            await marks.remove_of_parties(connection, taken)
        if not taken:
            return  # another replica has them


async def _any_is_left(database: Database) -> bool:
    async with database.reading() as connection:
        return await marks.count_of_parties(connection) > 0
