"""Turn marks on parties into marks on their agreements."""

from __future__ import annotations

from services.billing.instalments import repository as agreements
from services.billing.works import ALL_PARTIES, LOOK_AT_PARTIES, look_again
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record

SLICE = 500  # marks a transaction: bounds its length and how many parties one query names


async def mark_agreements_of_parties(database: Database) -> None:
    """Have each agreement of a marked party looked at again.

    The marks are read before the agreements. An agreement that is committed too late to be found has a mark of its own,
    and whoever works that off finds the party, which was committed before.
    """
    # These commits wake no worker: this run itself goes on with what they mark.
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, LOOK_AT_PARTIES, ALL_PARTIES, wait=False)
    for batch in taken.slices(SLICE):
        async with database.transaction(wakes=False) as connection:
            found = await agreements.ids_of_parties(connection, batch.parts())
            facts = [fact for programme, id in found for fact in look_again(programme, agreement=id)]
            await record(connection, facts)
            await marks.remove(connection, batch)
