"""A programme as others hear of it."""

from __future__ import annotations

from services.registration.programmes.domain.programme import Programme
from shared.contracts import registration as events


def programme(it: Programme) -> events.Programme:
    return events.Programme(**vars(it) | {"county_branch_fee_ore": it.fee_for("county_branch")})
