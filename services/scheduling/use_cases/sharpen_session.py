"""Sharpen a date: more precise, within what the plan said (S2)."""

from __future__ import annotations

from services.scheduling import repository
from services.scheduling.domain.move import sharpened
from services.scheduling.domain.plan import Reason
from services.scheduling.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.change_session import change_and_revise
from services.scheduling.use_cases.heed_warnings import heed_warnings
from shared.database import Database
from shared.when import When


async def sharpen_session(
    database: Database,
    id: str,
    when: When,
    acceptance: Acceptance = NOTHING_SEEN,
    *,
    by: str,
    reason: Reason = "other",
) -> Session:
    """Raises NotFound, RuleBroken, NotAccepted or Conflict."""
    async with database.transaction() as connection:
        session, _ = await repository.lock_with_programme(connection, id)
        after = sharpened(session, when)
        if after != session:
            await heed_warnings(connection, session, after, acceptance, by=by)
        return await change_and_revise(connection, session, after, "sharpened", by=by, reason=reason)
