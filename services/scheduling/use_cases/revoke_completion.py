"""Take back that a session has been held: it is planned again (S3)."""

from __future__ import annotations

from services.scheduling.domain.completion import completion_revoked
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.save_and_tell import change
from shared.database import Database


async def revoke_completion(database: Database, id: str, *, by: str) -> Session:
    """Raises NotFound, or Conflict for one that is cancelled."""
    return await change(database, id, completion_revoked, "completion_revoked", by=by)
