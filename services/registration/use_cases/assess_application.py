"""Assess an application: a verdict on each answer, and what follows (R2)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.domain.application import Application, Assessment, check_open
from services.registration.repository import applications
from services.registration.use_cases import tell
from shared.database import Database
from shared.events import registration as events

HAPPENED = {
    "accepted": events.APPLICATION_ACCEPTED,
    "waiting_list": events.APPLICATION_WAITLISTED,
    "declined": events.APPLICATION_DECLINED,
}


async def assess_application(database: Database, id: str, assessment: Assessment, *, by: str) -> Application:
    """The same assessment twice is one; who waits may be assessed again. Raises NotFound or Conflict."""
    async with database.transaction() as connection:
        before = await applications.get(connection, id, lock=True)
        if await applications.last_assessment(connection, id) == assessment:
            return before
        check_open(before)
        await applications.add_assessment(connection, id, assessment, by=by)
        if before.state == assessment.outcome:
            return before
        after = replace(before, state=assessment.outcome, version=before.version + 1)
        await applications.save(connection, after, by=by)
        await tell.tell(connection, HAPPENED[assessment.outcome], tell.application(after))
        return after
