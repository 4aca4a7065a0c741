"""Terminate an agreement with immediate effect, over a concern that was not resolved (R10)."""

from __future__ import annotations

from datetime import date

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.termination import terminated
from services.registration.agreements.use_cases.change_agreement import change_agreement
from shared import clock
from shared.contracts import registration as events
from shared.database import Database


async def terminate_agreement(
    database: Database, id: str, *, concern: str, ends_on: date, note: str | None, by: str
) -> Agreement:
    """Terminate an agreement; `concern` is the id of the one that led to it. Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        raised = await agreements.concern(connection, concern)
        after = terminated(before, raised, ends_on, note, await clock.today(connection))
        return await change_agreement(connection, before, after, events.AGREEMENT_ENDED, by=by)
