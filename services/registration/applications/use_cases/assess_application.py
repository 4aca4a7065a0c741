"""Assess an application: a verdict on each answer, and the decision (R2)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.applications import repository as applications
from services.registration.applications import telling
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import Assessment, check_open
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox

EVENT_OF_OUTCOME = {
    "accepted": events.APPLICATION_ACCEPTED,
    "waiting_list": events.APPLICATION_WAITLISTED,
    "declined": events.APPLICATION_DECLINED,
}


async def assess_application(database: Database, id: str, assessment: Assessment, *, by: str) -> Application:
    """Record an assessment. The same one twice is one; who is on the waiting list may be assessed again.

    Where the state stays the same, the assessment is kept and there is no event. Raises NotFound, Conflict or Stale.
    """
    async with database.transaction() as connection:
        before = await applications.get(connection, id, lock=True)
        last = await applications.last_assessment(connection, id)
        if last == assessment:
            return before
        check_open(before)
        seen.compare(before, last)
        await applications.add_assessment(connection, id, assessment, by=by)
        if before.state == assessment.outcome:
            return before
        after = replace(before, state=assessment.outcome, version=before.version + 1)
        await applications.save(connection, after, by=by)
        await outbox.tell(connection, EVENT_OF_OUTCOME[assessment.outcome], telling.application(after))
        return after
