"""Where a session is held: venue and city, and the place that is their text (S3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.scheduling.sessions.domain.session import Session
from shared.errors import RuleBroken

RULE = "S3"


def text_of(session: Session) -> str | None:
    """Venue and city as one reads them, `Scandic Hell, Stjørdal`; none where neither is said."""
    return ", ".join(it for it in (session.venue, session.city) if it) or None


def with_place(session: Session, changes: Mapping[str, Any]) -> Session:
    """The session with these changes: its place follows from venue and city where one of these is said.

    Raises RuleBroken for a place that says otherwise than venue and city.
    """
    after = replace(session, **changes)
    text = text_of(after)
    if text is None:
        lost_it = "place" not in changes and text_of(session) is not None
        return replace(after, place=None) if lost_it else after
    if changes.get("place", text) != text:
        msg = f"the place is the text of venue and city, {text}; change these"
        raise RuleBroken(msg, code="place_follows_from_venue_and_city", rule=RULE, field="place")
    return replace(after, place=text)


def check_where(session: Session) -> None:
    """Raises RuleBroken for a session that carries an instalment and lacks venue or city: its invoices say where (B8)."""
    if session.instalment is None:
        return
    for field in ("venue", "city"):
        if getattr(session, field) is None:
            msg = f"a session that carries an instalment has a {field} before it is completed"
            raise RuleBroken(msg, code="where_is_missing", rule=RULE, field=field)
