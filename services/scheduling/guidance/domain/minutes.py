"""Short minutes of a visit or meeting that was held with one party; they stand in no event and in no mail."""

from __future__ import annotations

from dataclasses import dataclass

from services.scheduling.sessions.domain.session import Session
from shared.errors import Conflict, RuleBroken


@dataclass(frozen=True, kw_only=True)
class Minutes:
    session: str
    version: int = 0  # before anything was written
    text: str | None = None
    written_by: str | None = None  # the name of the key


def check_may_have_minutes(session: Session) -> None:
    """Raises RuleBroken for what is not held with one party, Conflict for what was not held yet."""
    if session.party is None:
        msg = "only what is held with one party has minutes"
        raise RuleBroken(msg, code="not_held_with_one_party", field="text")
    if session.state != "completed":
        msg = "minutes are of what was held; complete it first"
        raise Conflict(msg, code="not_held_yet", field="text")
