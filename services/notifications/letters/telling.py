"""A mail as others hear of it: who it went to by an id alone, what it said as a fingerprint (N2)."""

from __future__ import annotations

from services.notifications.letters import contents
from services.notifications.letters.domain.letter import Mail
from shared.contracts import notifications as events


def mail(it: Mail) -> events.Mail:
    return events.Mail(
        version=it.version,
        id=it.id,
        kind=it.kind,
        programme=it.programme,
        party=it.party or None,
        state="sent" if it.state == "sent" else "failed",
        event=it.event_id,
        person=it.person,
        session=it.session,
        sequence=it.sequence,
        lead_days=it.lead_days,
        first_day=it.first_day,
        repeats=it.repeats,
        fingerprint=contents.fingerprint(it.kind, it.content),
    )
