"""Cancelling a session (B6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.domain.session import Session, check_open


def cancelled(session: Session) -> Session:
    """The session, cancelled: the instalment that it carried is free for another (B6). Raises Conflict for a completed one."""
    if session.state == "cancelled":
        return session
    check_open(session, "state")
    return replace(session, state="cancelled", instalment=None)
