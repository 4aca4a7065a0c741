"""A session as it stands in a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A session as it stands in a calendar. Clock times are Europe/Oslo's, "09:00", of the first and of the last day."""

    title: str
    first_day: date
    last_day: date
    starts_at: str | None
    ends_at: str | None
    duration_minutes: int | None
    place: str | None
    meeting_link: str | None
    format: str
