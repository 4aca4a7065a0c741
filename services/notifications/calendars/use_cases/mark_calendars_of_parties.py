"""Turn marks on parties into marks on their calendars."""

from __future__ import annotations

from services.notifications.calendars import repository as calendars
from services.notifications.works import ALL_PARTIES, LOOK_AT_CALENDARS_OF_PARTIES, look_at_calendars, of_party
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record

SLICE = 500  # marks a transaction: bounds its length and how many parties one query names


async def mark_calendars_of_parties(database: Database) -> None:
    """Have the calendars of each marked party looked at, in each programme that it has applied to.

    An application that is committed too late to be found has a mark of its own.
    """
    # These commits wake no worker: this run itself goes on with what they mark.
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, LOOK_AT_CALENDARS_OF_PARTIES, ALL_PARTIES, wait=False)
    for batch in taken.slices(SLICE):
        async with database.transaction(wakes=False) as connection:
            applied = await calendars.programmes_of_parties(connection, batch.parts())
            facts = [fact for programme, party in applied for fact in look_at_calendars(programme, of_party(party))]
            await record(connection, facts)
            await marks.remove(connection, batch)
