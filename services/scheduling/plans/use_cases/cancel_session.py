"""Cancel a session; the instalment that it carried is free (B6)."""

from __future__ import annotations

from services.scheduling.plans.domain.cancellation import cancelled
from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_session
from services.scheduling.sessions.domain.session import Session
from shared.database import Database


async def cancel_session(database: Database, id: str, *, by: str, reason: Reason = "other") -> Session:
    """Raises NotFound, or Conflict for one that is completed."""
    return await change_session(database, id, cancelled, "cancelled", by=by, reason=reason)
