"""A session's format, decided or changed (S3, B6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.sessions.domain.session import Format, Session, check_open
from shared.errors import RuleBroken


def check_format(session: Session) -> None:
    """Raises RuleBroken for a joint session that is neither physical nor digital (S3)."""
    if session.kind == "joint_session" and session.format == "undecided":
        msg = "a joint session is physical or digital"
        raise RuleBroken(msg, code="format_is_undecided", rule="S3", field="format")


def with_format(session: Session, format: Format) -> Session:
    """The session in another format. One that is no longer physical carries no instalment any more (B6).

    Raises RuleBroken, or Conflict for a completed or cancelled one.
    """
    if session.format == format:
        return session
    check_open(session, "format")
    found = replace(session, format=format)
    if format != "physical":
        found = replace(found, instalment=None, freed_instalment=None)
    check_format(found)
    return found
