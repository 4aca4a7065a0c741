"""Record an end that both sides agreed on, dated back or ahead, without a concern (R10)."""

from __future__ import annotations

from datetime import date

from services.registration.domain.agreement import Agreement, ended
from services.registration.repository import agreements
from services.registration.use_cases.change_agreement import change_agreement
from shared.database import Database
from shared.events import registration as events


async def end_agreement(database: Database, id: str, *, ends_on: date, reason: str, by: str) -> Agreement:
    """Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        return await change_agreement(connection, before, ended(before, ends_on, reason), events.AGREEMENT_ENDED, by=by)
