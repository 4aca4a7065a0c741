"""An application as others hear of it: its state, and nothing that somebody wrote (N2)."""

from __future__ import annotations

from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import Replaced
from shared.contracts import registration as events


def application(it: Application, *, replaces: Replaced | None = None) -> events.Application:
    """`replaces` is the earlier answer that a decision takes the place of."""
    return events.Application(
        version=it.version,
        programme=it.programme,
        party=it.party,
        id=it.id,
        state=it.state,
        contact_person=it.contact_person,
        waiting_list_place=it.waiting_list_place,
        offered_until=it.offered_until,
        replaces=replaces,
        development_area=it.development_area,
    )
