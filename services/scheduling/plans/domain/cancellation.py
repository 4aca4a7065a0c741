"""Cancelling a session, and taking that back (B6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.sessions.domain.session import Session, check_open


def cancelled(session: Session) -> Session:
    """The session, cancelled: the instalment that it carried is free for another (B6). Raises Conflict for a completed one."""
    if session.state == "cancelled":
        return session
    check_open(session, "state")
    return replace(session, state="cancelled", instalment=None, freed_instalment=session.instalment)


def cancellation_revoked(session: Session, *, is_free: bool) -> Session:
    """The session, planned again, with the instalment that it carried where that `is_free` still (B6)."""
    if session.state != "cancelled":
        return session
    found = replace(session, state="planned")
    return replace(found, instalment=session.freed_instalment, freed_instalment=None) if is_free else found
