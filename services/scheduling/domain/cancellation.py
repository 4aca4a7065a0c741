"""Cancelling a session (B6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.domain.session import Session, check_open


def cancelled(session: Session) -> Session:
    """Its instalment's number is free (B6)."""
    if session.state == "cancelled":
        return session
    check_open(session, "state")
    return replace(session, state="cancelled", instalment=None)
