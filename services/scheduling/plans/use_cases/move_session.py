"""Move a session to another date."""

from __future__ import annotations

from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.circumstances.use_cases.heed_warnings import heed_warnings
from services.scheduling.plans.domain.move import moved
from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_and_revise
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.period import check_within
from services.scheduling.sessions.domain.session import Session
from shared.database import Database
from shared.when import When


async def move_session(
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
        session, period = await session_rows.lock_with_programme(connection, id)
        after = moved(session, when)
        if after != session:
            check_within(after, period)
            await heed_warnings(connection, session, after, acceptance, by=by)
        return await change_and_revise(connection, session, after, "moved", by=by, reason=reason)
