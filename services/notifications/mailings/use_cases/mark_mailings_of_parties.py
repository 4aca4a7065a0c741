"""Turn marks on parties into marks on the mailings that wait for them."""

from __future__ import annotations

from services.notifications.mailings import repository
from services.notifications.works import ALL_PARTIES, LOOK_AT_MAILINGS_OF_PARTIES, look_at_mailings
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record

SLICE = 500  # marks a transaction


async def mark_mailings_of_parties(database: Database) -> None:
    """Have the waiting mailings of each marked party looked at. One that is committed later brings its own mark."""
    async with database.reading() as connection:
        if not await marks.keys(connection, LOOK_AT_MAILINGS_OF_PARTIES):
            return
    # None of these commits wakes anybody: what they mark is worked off next.
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, LOOK_AT_MAILINGS_OF_PARTIES, ALL_PARTIES, wait=False)
    for some in taken.slices(SLICE):
        async with database.transaction(wakes=False) as connection:
            waiting = await repository.waiting_for(connection, some.parts())
            await record(
                connection, [fact for programme, party in waiting for fact in look_at_mailings(programme, party)]
            )
            await marks.remove(connection, some)
