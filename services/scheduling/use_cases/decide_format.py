"""Decide the format of a session, or change it (S3); one that is no longer physical frees its instalment (B6)."""

from __future__ import annotations

from services.scheduling.domain.format import formatted
from services.scheduling.domain.session import Format, Session
from services.scheduling.use_cases.save_and_tell import change
from shared.database import Database


async def decide_format(database: Database, id: str, format: Format, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    return await change(database, id, lambda session: formatted(session, format), "changed", by=by)
