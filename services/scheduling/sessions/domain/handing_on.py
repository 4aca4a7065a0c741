"""What is planned ahead with a party goes on with the one that has taken its agreement over (R12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.scheduling.sessions.domain.session import Session


def lies_ahead(session: Session, today: date) -> bool:
    """Whether a session may still be held on `today`, a day in Norway, or later, by its last alternative."""
    return session.state == "planned" and max(last for _, last in session.when.ranges()) >= today


def handed_on(session: Session, party: str, today: date) -> Session:
    """The session with another party, if it lies ahead; what was held stays with whom it was held."""
    return replace(session, party=party) if lies_ahead(session, today) else session
