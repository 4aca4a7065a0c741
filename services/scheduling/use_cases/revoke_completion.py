"""Revoke a completion: the session is planned again (S3)."""

from __future__ import annotations

from services.scheduling.domain.completion import completion_revoked
from services.scheduling.domain.expected import Expected, check_is_as_asked
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.ask_billing import ask_billing
from services.scheduling.use_cases.change_session import change_session
from shared.database import Database
from shared.messaging.ask import Ask


async def revoke_completion(database: Database, ask: Ask, id: str, *, expected: Expected | None, by: str) -> Session:
    """Where something is expected, only if billing would issue just that.

    Raises NotFound, Stale, or Conflict for one that is cancelled; and NotAsExpected, NoAnswer or RefusedToAnswer.
    """
    asked = await ask_billing(database, ask, id, "revoked", expected) if expected else None

    def rule(session: Session) -> Session:
        after = completion_revoked(session)
        check_is_as_asked(asked, session, after)
        return after

    return await change_session(database, id, rule, "completion_revoked", by=by)
