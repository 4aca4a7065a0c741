"""Revoke a completion: the session is planned again (S3)."""

from __future__ import annotations

from services.scheduling.domain.completion import completion_revoked
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.change_session import change_session
from shared.database import Database


async def revoke_completion(database: Database, id: str, *, by: str) -> Session:
    """Raises NotFound, or Conflict for one that is cancelled."""
    return await change_session(database, id, completion_revoked, "completion_revoked", by=by)
