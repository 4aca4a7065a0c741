"""Sharpen a date: more precise, within what the plan said (S2)."""

from __future__ import annotations

from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.circumstances.use_cases.heed_warnings import heed_warnings
from services.scheduling.plans.domain.move import sharpened
from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_and_revise
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import Session
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
        session, _ = await session_rows.lock_with_programme(connection, id)
        after = sharpened(session, when)
        if after != session:
            await heed_warnings(connection, session, after, acceptance, by=by)
        return await change_and_revise(connection, session, after, "sharpened", by=by, reason=reason)
