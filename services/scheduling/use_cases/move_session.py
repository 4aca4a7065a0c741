"""Move a session to another date."""

from __future__ import annotations

from services.scheduling import repository
from services.scheduling.domain.move import moved
from services.scheduling.domain.period import check_within
from services.scheduling.domain.plan import Reason
from services.scheduling.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.change_session import change_and_revise
from services.scheduling.use_cases.heed_warnings import heed_warnings
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
        session, period = await repository.lock_with_programme(connection, id)
        after = moved(session, when)
        if after != session:
            check_within(after, period)
            await heed_warnings(connection, session, after, acceptance, by=by)
        return await change_and_revise(connection, session, after, "moved", by=by, reason=reason)
