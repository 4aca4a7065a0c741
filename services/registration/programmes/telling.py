"""A programme as others hear of it: its contact person is never told (N2)."""

from __future__ import annotations

from services.registration.programmes.domain.programme import Programme
from shared.contracts import registration as events


def programme(it: Programme) -> events.Programme:
    told = {name: value for name, value in vars(it).items() if name != "contact_person"}
    return events.Programme(**told | {"county_branch_fee_ore": it.fee_for("county_branch")})
