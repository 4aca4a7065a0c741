"""Assess an application: a verdict on each answer, and the decision (R2)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.applications import repository as applications
from services.registration.applications import telling
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import (
    Assessment,
    check_can_be_decided,
    check_criteria,
    replaced,
)
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
    """Record an assessment, the first or a later one. The same one twice is one.

    Where the state stays the same, the assessment is kept and there is no event. Raises NotFound, RuleBroken, Conflict or Stale.
    """
    check_criteria(assessment)
    async with database.transaction() as connection:
        before = await applications.lock_with_programme(connection, id)
        last = await applications.last_assessment(connection, id)
        is_decided_so = before.state == assessment.outcome
        if is_decided_so and last == assessment:
            return before
        is_lost = last is None and is_decided_so  # and said anew
        if not is_lost:
            agreement = await applications.agreement_out(connection, before.programme, before.party)
            check_can_be_decided(before, agreement)
        seen.compare(before, last)
        await applications.add_assessment(connection, id, assessment, by=by)
        if is_decided_so:
            return before
        after = replace(before, state=assessment.outcome, version=before.version + 1)
        await applications.save(connection, after, by=by)
        told = telling.application(after, replaces=replaced(before))
        await outbox.tell(connection, EVENT_OF_OUTCOME[assessment.outcome], told)
        return after
