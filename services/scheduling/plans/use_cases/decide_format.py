"""Decide the format of a session, or change it (S3); one that is no longer physical frees its instalment (B6)."""

from __future__ import annotations

from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_session
from services.scheduling.sessions.domain.format import with_format
from services.scheduling.sessions.domain.session import Format, Session
from shared.database import Database


async def decide_format(database: Database, id: str, format: Format, *, by: str, reason: Reason = "other") -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    return await change_session(
        database, id, lambda session: with_format(session, format), "changed", by=by, reason=reason
    )
