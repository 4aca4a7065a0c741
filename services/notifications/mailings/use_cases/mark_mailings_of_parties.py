"""Turn marks on parties into marks on the mailings that wait for them, and on invoices that went to an address of theirs."""

from __future__ import annotations

from services.notifications.mailings import repository as mailings
from services.notifications.works import ALL_PARTIES, LOOK_AT_MAILINGS_OF_PARTIES, look_at_addresses, look_at_mailings
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record

SLICE = 500  # marks a transaction: bounds its length and how many parties one query names


async def mark_mailings_of_parties(database: Database) -> None:
    """Have the waiting mailings of each marked party looked at, and whether its address for invoices is another by now.

    A mailing that is committed too late to be found has a mark of its own.
    """
    # These commits wake no worker: this run itself goes on with what they mark.
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, LOOK_AT_MAILINGS_OF_PARTIES, ALL_PARTIES, wait=False)
    for batch in taken.slices(SLICE):
        async with database.transaction(wakes=False) as connection:
            waiting = await mailings.waiting_of_parties(connection, batch.parts())
            await record(
                connection, [fact for programme, party in waiting for fact in look_at_mailings(programme, party)]
            )
            written_to = await mailings.programmes_of_mailboxes(connection, batch.parts())
            await record(
                connection, [fact for programme, party in written_to for fact in look_at_addresses(programme, party)]
            )
            await marks.remove(connection, batch)
