"""A date of the plan as a person would write it, with the precision that it has (S2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from shared.events.scheduling import Days, Weeks, When

Language = Literal["nb", "nn"]

MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
WEEK = {"nb": "uke", "nn": "veke"}
HOURS = {"nb": "timer", "nn": "timar"}


def when_text(when: When, language: Language = "nb") -> str:
    """`24.–25. september 2024`, `august 2025 (uke 34/35), 2,5 timer`."""
    if when.days is not None:
        text = _days(when.days)
    elif when.months:
        text = _months(when.months, either_is_open=bool(when.weeks))
        if when.weeks:
            text += f" ({WEEK[language]} {_weeks(when.weeks)})"
    else:
        text = f"{WEEK[language]} {_weeks(when.weeks)} {when.weeks[0].year}"
    if when.duration_minutes:
        text += f", {_hours(when.duration_minutes)} {HOURS[language]}"
    return text


def _days(days: Days) -> str:
    first, last = days.first, days.last
    if first == last:
        text = _day(last)
    elif (first.year, first.month) == (last.year, last.month):
        text = f"{first.day}.–{_day(last)}"
    elif first.year == last.year:
        text = f"{first.day}. {MONTHS[first.month - 1]} – {_day(last)}"
    else:
        text = f"{_day(first)} – {_day(last)}"
    if days.starts_at:
        text += f" kl. {_clock(days.starts_at)}"
        if days.ends_at:
            text += f"–{_clock(days.ends_at)}"
    return text


def _day(day: date) -> str:
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def _clock(time: str) -> str:
    return time.replace(":", ".")


def _months(months: Sequence[str], *, either_is_open: bool) -> str:
    """With weeks beside them the months only say where these lie; alone they are alternatives."""
    names = [MONTHS[int(month[5:]) - 1] for month in months]
    years = [month[:4] for month in months]
    between = "/" if either_is_open else " eller "
    if len(set(years)) == 1:
        return f"{between.join(names)} {years[0]}"
    return between.join(f"{name} {year}" for name, year in zip(names, years, strict=True))


def _weeks(weeks: Sequence[Weeks]) -> str:
    ranges = [str(it.first) if it.first == it.last else f"{it.first}–{it.last}" for it in weeks]
    if all(it.first == it.last for it in weeks):
        return "/".join(ranges)
    return " eller ".join(ranges)


def _hours(minutes: int) -> str:
    hours = f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
    return hours.replace(".", ",")
