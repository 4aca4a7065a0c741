"""An instalment released by hand (B6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.errors import Conflict, RuleBroken

RULE = "B6"
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
    venue: str | None = None  # where; none on those made before it was asked for, as is the city
    city: str | None = None
    reason: ReleaseReason
    withdrawn: bool

    @property
    def place(self) -> str | None:
        """Where, as text."""
        return ", ".join(it for it in (self.venue, self.city) if it) or None


@dataclass(frozen=True, kw_only=True)
class Period:
    """A programme's."""

    start: date
    end: date  # the last day


def check_effective_day(effective_on: date, today: date, period: Period | None) -> None:
    """Raises RuleBroken for a release whose effective day is yet to come or outside the programme's period (B6).

    Raises Conflict where the period is not known.
    """
    if effective_on > today:
        msg = "an instalment is released with effect from today or an earlier day"
        raise RuleBroken(msg, code="dated_ahead", rule=RULE, field="effective_on")
    if period is None:
        msg = "the programme's period is not known here yet; what tells of it anew, as a change of the programme, brings it"
        raise Conflict(msg, code="period_is_not_known", rule=RULE, field="programme")
    if not period.start <= effective_on <= period.end:
        msg = f"a release lies within the programme's period, {period.start} to {period.end}"
        raise RuleBroken(
            msg,
            code="outside_of_period",
            rule=RULE,
            field="effective_on",
            values={"start": period.start, "end": period.end},
        )


def check_same_where(standing: Release, asked_for: Release) -> None:
    """Raises Conflict where the same release stands and says another place (B6)."""
    if (standing.venue, standing.city) != (asked_for.venue, asked_for.city):
        msg = f"the same release stands and says {standing.place or 'no place'}; withdraw it first"
        raise Conflict(msg, code="released_at_another_place", rule=RULE, field="venue")
