"""Move a session to another date."""

from __future__ import annotations

from services.scheduling.domain.session import Session, moved
from services.scheduling.domain.when import When
from services.scheduling.use_cases.tell import change
from shared.database import Database


async def move_session(database: Database, id: str, when: When, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    return await change(database, id, lambda session: moved(session, when), "moved", by=by)
