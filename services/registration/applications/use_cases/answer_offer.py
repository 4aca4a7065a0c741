"""Record a party's yes or no to the place that it is offered (R2)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.applications import offers, telling
from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.offer import accepting, check_can_be_answered
from services.registration.applications.domain.withdrawal import withdrawn
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def accept_offer(database: Database, id: str, *, by: str) -> Application:
    """The party says yes, and is accepted as by an assessment. The same twice is one.

    Raises NotFound, RuleBroken for a criterion that is not met where the offer does not say so, Conflict or Stale.
    """
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        offer = await offers.last(connection, id)
        if before.state == "accepted" and offer is not None and offer.outcome == "accepted":
            return before
        today = await clock.today(connection)
        check_can_be_answered(before, today)
        last = await applications.last_assessment(connection, id)
        seen.compare(before, last)
        if last is not None and offer is not None:  # one that is lost is listed as missing
            assessment = accepting(last, in_spite_of_criteria=offer.in_spite_of_criteria, reason=offer.reason)
            await applications.add_assessment(connection, id, assessment, by=by)
        after = replace(before.now("accepted"), version=before.version + 1)
        await applications.save(connection, after, by=by)
        await offers.end(connection, id, "accepted", on=today, by=by)
        await outbox.tell(connection, events.APPLICATION_ACCEPTED, telling.application(after))
        return after


async def refuse_offer(database: Database, id: str, reason: str | None, *, by: str) -> Application:
    """The party says no, and withdraws by it. The same twice is one. Raises NotFound, Conflict or Stale."""
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        offer = await offers.last(connection, id)
        if before.state == "withdrawn" and offer is not None and offer.outcome == "refused":
            return withdrawn(before, reason)
        today = await clock.today(connection)
        check_can_be_answered(before, today)
        seen.compare(before, await applications.last_assessment(connection, id))
        after = replace(withdrawn(before, reason), version=before.version + 1)
        await applications.save(connection, after, by=by)
        await offers.end(connection, id, "refused", on=today, by=by)
        await outbox.tell(connection, events.APPLICATION_WITHDRAWN, telling.application(after))
        return after
