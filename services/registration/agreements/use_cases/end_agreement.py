"""Record an end that both sides agreed on, dated back or ahead, without a concern (R10)."""

from __future__ import annotations

from datetime import date

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.ending import ended
from services.registration.agreements.use_cases.change_agreement import change_agreement
from shared.contracts import registration as events
from shared.database import Database


async def end_agreement(database: Database, id: str, *, ends_on: date, reason: str, by: str) -> Agreement:
    """Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        return await change_agreement(connection, before, ended(before, ends_on, reason), events.AGREEMENT_ENDED, by=by)
