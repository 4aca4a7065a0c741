"""A release as others hear of it."""

from __future__ import annotations

from services.billing.occasions.domain.release import Release
from shared.contracts import billing as events


def release(it: Release) -> events.Release:
    return events.Release(**vars(it), place=it.place)
