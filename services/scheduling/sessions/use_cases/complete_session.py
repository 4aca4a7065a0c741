"""Record that a session has been held (S3)."""

from __future__ import annotations

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.completion import completed
from services.scheduling.sessions.domain.expected import Expected, check_is_as_asked
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.use_cases.ask_billing import ask_billing
from services.scheduling.sessions.use_cases.save_session import save_session
from shared import clock
from shared.database import Database
from shared.messaging.ask import Ask


async def complete_session(database: Database, ask: Ask, id: str, *, expected: Expected | None, by: str) -> Session:
    """Where something is expected, only if billing would issue just that.

    Raises NotFound, RuleBroken, Conflict or Stale; and NotAsExpected, NoAnswer or RefusedToAnswer.
    """
    asked = await ask_billing(database, ask, id, "completed", expected) if expected else None
    async with database.transaction() as connection:
        session = await repository.session(connection, id, lock=True)
        after = completed(session, await clock.today(connection))
        check_is_as_asked(asked, session, after)
        return await save_session(connection, session, after, "completed", by=by)
