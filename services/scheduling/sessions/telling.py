"""A session as others hear of it."""

from __future__ import annotations

from services.scheduling.sessions.domain.session import Session
from shared.contracts import scheduling as events


def session(it: Session) -> events.Session:
    """A session as an event's entity, without title and place where it is held with one party: who needs these asks."""
    public = it.party is None
    return events.Session(
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        kind=it.kind,
        format=it.format,
        title=it.title if public else None,
        number=it.number,
        instalment=it.instalment,
        when=it.when,
        place=it.place if public else None,
        venue=it.venue if public else None,
        city=it.city if public else None,
        state=it.state,
        freed_instalment=it.freed_instalment,
    )
