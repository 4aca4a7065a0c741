"""Have offers lapse that nobody answered by their last day: back to the waiting list, and out of the queue (R2)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.applications import offers, telling
from services.registration.applications import repository as applications
from services.registration.applications.domain.offer import has_lapsed
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox

BY = "registration"


async def lapse_offers(database: Database) -> None:
    """Each in a transaction of its own, in which it is looked at anew: run again, or by two replicas, nothing lapses twice."""
    async with database.reading() as connection:
        found = await applications.lapsing(connection, await clock.today(connection))
    for id in found:
        await _lapse(database, id)


async def count_lapsing(database: Database) -> int:
    """How many are still to be done: no event tells of a day that comes."""
    async with database.reading() as connection:
        return len(await applications.lapsing(connection, await clock.today(connection)))


async def _lapse(database: Database, id: str) -> None:
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        today = await clock.today(connection)
        if not has_lapsed(before, today):
            return
        after = replace(before.now("waiting_list", out_of_queue=True), version=before.version + 1)
        await applications.save(connection, after, by=BY)
        await offers.end(connection, id, "lapsed", on=today, by=BY)
        await outbox.tell(connection, events.APPLICATION_OFFER_LAPSED, telling.application(after))
