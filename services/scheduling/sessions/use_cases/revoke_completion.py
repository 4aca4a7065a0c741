"""Revoke a completion: the session is planned again (S3)."""

from __future__ import annotations

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.completion import completion_revoked
from services.scheduling.sessions.domain.expected import Expected, check_is_as_asked
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.use_cases.ask_billing import ask_billing
from services.scheduling.sessions.use_cases.save_session import save_session
from shared.database import Database
from shared.messaging.ask import Ask


async def revoke_completion(database: Database, ask: Ask, id: str, *, expected: Expected | None, by: str) -> Session:
    """Where something is expected, only if billing would issue just that.

    Raises NotFound, Stale, or Conflict for one that is cancelled; and NotAsExpected, NoAnswer or RefusedToAnswer.
    """
    asked = await ask_billing(database, ask, id, "revoked", expected) if expected else None
    async with database.transaction() as connection:
        session, _ = await repository.lock_with_programme(connection, id)
        after = completion_revoked(session)
        check_is_as_asked(asked, session, after)
        return await save_session(connection, session, after, "completion_revoked", by=by)
