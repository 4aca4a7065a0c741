"""What is told weekly of what is not invoiced: counted, by programme and week (B8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class Report:
    """Told once a programme and week."""

    programme: str
    week: str
    unbilled: int  # instalments that it is told of
    late: int  # those of them that are late
    not_completed: int  # carrying sessions that are over and not completed
    undelivered: int  # documents that did not arrive, or have been under way for a day; it is kept in the event alone


def monday_of(day: date) -> date:
    """On which the week of a day begins."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> str:
    """The week of a day, as ISO 8601 has it.

    >>> week_of(date(2024, 12, 30))
    '2025-W01'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
