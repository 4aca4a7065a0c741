"""An instalment released by hand (B6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.errors import RuleBroken

ReleaseReason = Literal["session_became_digital", "session_cancelled", "other"]


@dataclass(frozen=True, kw_only=True)
class Release:
    """An instalment released by hand: counts as a session completed on the effective day (B6)."""

    id: str
    version: int
    event_id: str
    programme: str
    instalment: int
    effective_on: date
    reason: ReleaseReason
    withdrawn: bool


def check_effective_day(effective_on: date, today: date) -> None:
    """Raises RuleBroken for a release whose effective day is yet to come (B6)."""
    if effective_on > today:
        msg = "an instalment is released with effect from today or an earlier day"
        raise RuleBroken(msg, rule="B6", field="effective_on")
