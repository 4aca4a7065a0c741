"""An application as others hear of it: its state, and nothing that somebody wrote (N2)."""

from __future__ import annotations

from services.registration.applications.domain.application import Application
from shared.contracts import registration as events


def application(it: Application) -> events.Application:
    return events.Application(
        version=it.version,
        programme=it.programme,
        party=it.party,
        id=it.id,
        state=it.state,
        contact_person=it.contact_person,
    )
