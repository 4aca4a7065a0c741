"""Record that a session has been held (S3)."""

from __future__ import annotations

from services.scheduling import repository
from services.scheduling.domain.completion import completed
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.change_session import save_session
from shared import clock
from shared.database import Database


async def complete_session(database: Database, id: str, *, by: str) -> Session:
    """Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        session = await repository.session(connection, id, lock=True)
        after = completed(session, await clock.today(connection))
        return await save_session(connection, session, after, "completed", by=by)
