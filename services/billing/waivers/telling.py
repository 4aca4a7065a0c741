"""A waiver as others hear of it."""

from __future__ import annotations

from services.billing.waivers.domain.waiver import Waiver
from shared.contracts import billing as events


def waiver(it: Waiver) -> events.Waiver:
    return events.Waiver(**vars(it))
