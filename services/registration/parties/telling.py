"""A party as others hear of it."""

from __future__ import annotations

from services.registration.parties.domain.party import Party
from shared.contracts import registration as events


def party(it: Party) -> events.Party:
    lines = ("street", "postal_code", "city")
    address = events.PostalAddress(**{name: getattr(it, name) for name in lines})
    return events.Party(**{name: value for name, value in vars(it).items() if name not in lines}, address=address)
