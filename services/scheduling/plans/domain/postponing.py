"""A date some weeks later, as precisely as it was known (S2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from services.scheduling.sessions.domain.session import Session
from shared.when import Days, Weeks, When

WEEK = timedelta(days=7)


def is_ahead(session: Session, today: date) -> bool:
    """Whether a session is planned and has not begun on `today`, a day in Norway; by its last alternative, where it has several."""
    if session.state != "planned":
        return False
    days = session.when.days
    return days.first >= today if days else max(last for _, last in session.when.ranges()) >= today


def postponed(when: When, weeks: int) -> When:
    """The same date so many weeks later: exact days stay exact, weeks stay weeks, months months, and alternatives alternatives.

    A month that is moved by weeks reaches into the next one, and then both are said: nothing is left out, and none invented. Of
    months that stand beside days or weeks only those are kept in which these may lie; where weeks come to lie over a new year,
    the month of those that lie in none of them is said too.
    """
    later = weeks * WEEK
    found = When(
        days=_days(when.days, later) if when.days else None,
        weeks=tuple(dict.fromkeys(it for each in when.weeks for it in _weeks(each, later))),
        months=tuple(dict.fromkeys(it for each in when.months for it in _months(each, later))),
        duration_minutes=when.duration_minutes,
    )
    if not found.months or not (found.days or found.weeks):
        return found
    beside = replace(found, months=()).ranges()
    months = [it for it in found.months if _overlaps(it, beside)]
    months += [f"{first:%Y-%m}" for first, last in beside if not any(_overlaps(it, [(first, last)]) for it in months)]
    return replace(found, months=tuple(dict.fromkeys(months)))


def _days(it: Days, later: timedelta) -> Days:
    return replace(it, first=it.first + later, last=it.last + later)


def _weeks(it: Weeks, later: timedelta) -> Iterator[Weeks]:
    """A range that comes to lie over a new year is two, since weeks are counted within a year."""
    first = date.fromisocalendar(it.year, it.first, 1) + later
    last = date.fromisocalendar(it.year, it.last, 1) + later
    begins, ends = first.isocalendar(), last.isocalendar()
    if begins.year == ends.year:
        yield Weeks(year=begins.year, first=begins.week, last=ends.week)
        return
    last_of_year = date(begins.year, 12, 28).isocalendar().week
    yield Weeks(year=begins.year, first=begins.week, last=last_of_year)
    yield Weeks(year=ends.year, first=1, last=ends.week)


def _months(month: str, later: timedelta) -> Iterator[str]:
    """Those into which a month reaches that is moved."""
    ((first, last),) = When(months=(month,)).ranges()
    first, last = first + later, last + later
    year, number = first.year, first.month
    while (year, number) <= (last.year, last.month):
        yield f"{year:04}-{number:02}"
        year, number = (year, number + 1) if number < 12 else (year + 1, 1)  # noqa: PLR2004 - months a year


def _overlaps(month: str, ranges: Iterable[tuple[date, date]]) -> bool:
    ((first, last),) = When(months=(month,)).ranges()
    return any(first <= ends and begins <= last for begins, ends in ranges)
