"""A session at another date, or at a more precise one (S2)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.plans.domain.sharpening import check_sharpening
from services.scheduling.sessions.domain.session import Session, check_not_cancelled, check_open
from services.scheduling.sessions.domain.sound_date import check_sound
from shared.when import When


def sharpened(session: Session, when: When) -> Session:
    """The session at a more precise date. Raises RuleBroken where it is not more precise (S2), Conflict as `moved` does."""
    check_not_cancelled(session, "when")
    if session.when == when:
        return session
    check_open(session, "when")
    check_sound(when)
    check_sharpening(session.when, when)
    return replace(session, when=when)


def moved(session: Session, when: When) -> Session:
    """The session at another date. Raises RuleBroken for no sound date, Conflict for a completed or cancelled session."""
    check_not_cancelled(
        session, "when"
    )  # to the day on which it would have been too: it would not take place there either
    if session.when == when:
        return session
    check_open(session, "when")
    check_sound(when)
    return replace(session, when=when)
