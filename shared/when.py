"""When something is, as precisely as it is known and no more (S2); for domains and contracts alike."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from typing import Annotated, NamedTuple

from annotated_types import Len

Range = tuple[date, date]  # first and last day

CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
Month = Annotated[str, Len(7, 7)]
MOST_ALTERNATIVES = 12
MOST_DAYS = 14  # in a row
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
LONGEST = MOST_DAYS * 24 * 60  # minutes


class Precision(IntEnum):
    MONTHS = 0
    WEEKS = 1
    DAYS = 2


# A field's metadata is what pydantic says of it in a JSON schema, and checks where it reads one.
@dataclass(frozen=True, kw_only=True)
class Days:
    """One or several calendar days in a row, in Norway."""

    first: date = field(metadata={"ge": EARLIEST, "le": LATEST})
    """The first day."""
    last: date = field(metadata={"ge": EARLIEST, "le": LATEST})
    """The last day, which is the first one's too where it is one day."""
    starts_at: str | None = field(default=None, metadata={"strict": True, "pattern": CLOCK_TIME})
    """At what time it begins on the first day, Europe/Oslo: `09:00`. Absent while that is not known."""
    ends_at: str | None = field(default=None, metadata={"strict": True, "pattern": CLOCK_TIME})
    """At what time it ends on the last day, Europe/Oslo: `15:30`. Absent while that is not known."""


@dataclass(frozen=True, kw_only=True)
class Weeks:
    """ISO weeks of one year, from the first to the last."""

    year: int = field(metadata={"strict": True, "ge": EARLIEST.year, "le": LATEST.year})
    """The weeks' year by ISO 8601, which is not always that of their days."""
    first: int = field(metadata={"strict": True, "ge": 1, "le": 53})
    """The first week's number."""
    last: int = field(metadata={"strict": True, "ge": 1, "le": 53})
    """The last week's number, which is the first one's too where it is one week."""


@dataclass(frozen=True, kw_only=True)
class When:
    """When something is, as precisely as it is known and no more (S2).

    Days are exact. Without them several weeks, or several months, are alternatives. Beside weeks, months only say how the
    plan puts it.
    """

    days: Days | None = None
    """The exact days. Absent while they are not decided."""
    weeks: tuple[Weeks, ...] = field(default=(), metadata={"max_length": MOST_ALTERNATIVES, "fail_fast": True})
    """The weeks it may be in, alternatives where there are several. Empty where the plan names none."""
    months: tuple[Month, ...] = field(default=(), metadata={"max_length": MOST_ALTERNATIVES, "fail_fast": True})
    """The months it may be in, as `2024-10`. Empty where the plan names none."""
    duration_minutes: int | None = field(default=None, metadata={"strict": True, "gt": 0, "le": LONGEST})
    """How long it lasts, in minutes, where that is said without clock times. Absent where it is not."""

    @property
    def minutes(self) -> int | None:
        """How long it lasts, as it is said or as its times on one day tell."""
        days = self.days
        if self.duration_minutes is None and days and days.first == days.last and days.starts_at and days.ends_at:
            return _minutes(days.ends_at) - _minutes(days.starts_at)
        return self.duration_minutes

    @property
    def hours(self) -> tuple[int, int] | None:
        """From which to which minute of the day it lasts, by its clock times or its duration; none where that is not said."""
        days = self.days
        if days is None or days.starts_at is None:
            return None
        begin = _minutes(days.starts_at)
        if days.ends_at is not None:
            return begin, _minutes(days.ends_at)
        return (begin, begin + self.duration_minutes) if self.duration_minutes else None

    @property
    def precision(self) -> Precision:
        if self.days:
            return Precision.DAYS
        return Precision.WEEKS if self.weeks else Precision.MONTHS

    def ranges(self) -> list[Range]:
        """The days it may be on, an alternative each."""
        if self.days:
            return [(self.days.first, self.days.last)]
        if self.weeks:
            return [_of_weeks(it) for it in self.weeks]
        return [_of_month(it) for it in self.months]

    @property
    def earliest(self) -> date:
        """The first day that it may begin on."""
        return min(first for first, _ in self.ranges())


def half_gone_on(first: date, last: date) -> date:
    """The first day on which half of these days or more have passed; that of an odd number is gone with the one in the middle."""
    return first + timedelta(days=((last - first).days + 2) // 2)


class Finding(NamedTuple):
    """What is wrong with a date, and where."""

    field: str  # "when", "when.days.last"
    text: str
    code: str


def findings(when: When) -> list[Finding]:
    """Why this is no sound date (S2); nothing where it is one."""
    # A week or a day that does not exist has no place in the calendar, and can contradict nothing.
    return [*_too_many(when)] or [*_not_there(when)] or [*_contradictions(when)]


def _too_many(when: When) -> Iterator[Finding]:
    """They are compared with each other."""
    for name, alternatives in (("when.weeks", when.weeks), ("when.months", when.months)):
        if len(alternatives) > MOST_ALTERNATIVES:
            yield Finding(name, f"there are more than {MOST_ALTERNATIVES} alternatives", code="too_many_alternatives")


def _not_there(when: When) -> Iterator[Finding]:
    """Days, weeks, months and clock times that do not exist, or a date without any of them."""
    if not when.days and not when.weeks and not when.months:
        yield Finding("when", "a date is days, weeks or months", code="date_is_empty")
    for weeks in when.weeks:
        if weeks.first > weeks.last or not (_has_week(weeks.year, weeks.first) and _has_week(weeks.year, weeks.last)):
            yield Finding(
                "when.weeks", f"there are no weeks {weeks.first}–{weeks.last} in {weeks.year}", code="no_such_weeks"
            )
    for month in when.months:
        if not re.fullmatch(MONTH, month) or month.startswith("0000"):
            yield Finding("when.months", "a month is written as 2024-10, and there is no year 0", code="not_a_month")
    if when.days:
        for name, time in (("starts_at", when.days.starts_at), ("ends_at", when.days.ends_at)):
            if time is not None and not re.fullmatch(CLOCK_TIME, time):
                yield Finding(f"when.days.{name}", "a clock time is written as 09:00", code="not_a_clock_time")


def _contradictions(when: When) -> Iterator[Finding]:
    """Parts that exist, each by itself, and do not agree with each other."""
    if when.days:
        yield from _of_days(when.days)
        yield from _of_duration(when.days, when.duration_minutes)
    if len(set(when.weeks)) < len(when.weeks) or len(set(when.months)) < len(when.months):
        yield Finding("when", "an alternative is given twice", code="alternative_given_twice")
    # Weeks beside days, and months beside either, have to overlap with what is more precise.
    weeks, months = [_of_weeks(it) for it in when.weeks], [_of_month(it) for it in when.months]
    for name, beside in (("when.weeks", weeks if when.days else []), ("when.months", months)):
        if beside and not all(_overlaps(it, beside) for it in when.ranges()):
            yield Finding(
                name, "the weeks or months lie elsewhere than what stands beside them", code="parts_lie_elsewhere"
            )


def _of_days(days: Days) -> Iterator[Finding]:
    if days.last < days.first:
        yield Finding("when.days.last", "the last day is before the first", code="ends_before_it_starts")
    if days.last - days.first >= timedelta(days=MOST_DAYS):
        yield Finding("when.days.last", f"no session lasts more than {MOST_DAYS} days", code="too_many_days")
    if days.ends_at and not days.starts_at:
        yield Finding("when.days.starts_at", "an end needs a start", code="start_is_missing")
    if days.first == days.last and days.starts_at and days.ends_at and days.ends_at <= days.starts_at:
        yield Finding("when.days.ends_at", "the end is not after the start", code="ends_before_it_starts")


def _of_duration(days: Days, minutes: int | None) -> Iterator[Finding]:
    if minutes is None:
        return
    if days.first != days.last:
        yield Finding("when.duration_minutes", "a duration goes with one day", code="duration_of_several_days")
    elif days.starts_at and days.ends_at and minutes != _minutes(days.ends_at) - _minutes(days.starts_at):
        yield Finding("when.duration_minutes", "start, end and duration do not agree", code="duration_disagrees")


def _overlaps(one: Range, others: list[Range]) -> bool:
    return any(one[0] <= last and first <= one[1] for first, last in others)


def _minutes(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


def _has_week(year: int, week: int) -> bool:
    try:
        date.fromisocalendar(year, week, 7)
    except ValueError:
        return False
    return True


def _of_weeks(weeks: Weeks) -> Range:
    return date.fromisocalendar(weeks.year, weeks.first, 1), date.fromisocalendar(weeks.year, weeks.last, 7)


def _of_month(month: str) -> Range:
    year, number = int(month[:4]), int(month[5:])
    first = date(year, number, 1)
    return first, first + timedelta(days=monthrange(year, number)[1] - 1)
