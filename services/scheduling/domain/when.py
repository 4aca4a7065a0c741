"""When a session is, as precisely as it is known and no more (S2)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from shared.errors import RuleBroken

RULE = "S2"
Range = tuple[date, date]  # first and last day


class Precision(IntEnum):
    MONTHS = 0
    WEEKS = 1
    DAYS = 2


@dataclass(frozen=True, kw_only=True)
class Days:
    """One or several in a row; the clock times, Europe/Oslo's "09:00", are those of the first and of the last day."""

    first: date
    last: date
    starts_at: str | None = None
    ends_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Weeks:
    """ISO weeks of one year."""

    year: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class When:
    """Several weeks, or several months, are alternatives. Beside weeks, months only say how the plan puts it."""

    days: Days | None = None
    weeks: tuple[Weeks, ...] = ()
    months: tuple[str, ...] = ()  # "2024-10"
    duration_minutes: int | None = None

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
        return min(first for first, _ in self.ranges())


def check(when: When) -> None:
    """Raises RuleBroken for a date that there is not."""
    if not when.days and not when.weeks and not when.months:
        msg = "a date is days, weeks or months"
        raise RuleBroken(msg, rule=RULE, field="when")
    if when.days:
        _check_days(when.days)
    for weeks in when.weeks:
        if weeks.first > weeks.last or not _has_week(weeks.year, weeks.last):
            msg = f"there are no weeks {weeks.first}–{weeks.last} in {weeks.year}"
            raise RuleBroken(msg, rule=RULE, field="when.weeks")
    if any(month.startswith("0000") for month in when.months):
        msg = "there is no year 0"
        raise RuleBroken(msg, rule=RULE, field="when.months")


def check_sharpening(old: When, new: When) -> None:
    """A date is sharpened when it becomes more precise within what the plan said. Raises RuleBroken."""
    if not _is_more_precise(old, new):
        msg = "the new date is no more precise than the one in the plan; to change it, move the session"
        raise RuleBroken(msg, rule=RULE, field="when")
    for first, last in new.ranges():
        if not any(begins <= first and last <= ends for begins, ends in old.ranges()):
            msg = "the new date lies outside of what the plan said; to change it, move the session"
            raise RuleBroken(msg, rule=RULE, field="when")


def _is_more_precise(old: When, new: When) -> bool:
    if new.precision != old.precision:
        return new.precision > old.precision
    if _length(new) != _length(old):
        return _length(new) < _length(old)
    gained_times = bool(new.days and old.days and new.days.starts_at and not old.days.starts_at)
    return gained_times or (new.duration_minutes is not None and old.duration_minutes is None)


def _length(when: When) -> int:
    return sum((last - first).days + 1 for first, last in when.ranges())


def _check_days(days: Days) -> None:
    if days.last < days.first:
        msg = "the last day is before the first"
        raise RuleBroken(msg, rule=RULE, field="when.days.last")
    if days.ends_at and not days.starts_at:
        msg = "an end needs a start"
        raise RuleBroken(msg, rule=RULE, field="when.days.starts_at")
    if days.first == days.last and days.starts_at and days.ends_at and days.ends_at <= days.starts_at:
        msg = "the end is not after the start"
        raise RuleBroken(msg, rule=RULE, field="when.days.ends_at")


def _has_week(year: int, week: int) -> bool:
    try:
        date.fromisocalendar(year, week, 1)
    except ValueError:
        return False
    return True


def _of_weeks(weeks: Weeks) -> Range:
    return date.fromisocalendar(weeks.year, weeks.first, 1), date.fromisocalendar(weeks.year, weeks.last, 7)


def _of_month(month: str) -> Range:
    year, number = int(month[:4]), int(month[5:])
    first = date(year, number, 1)
    return first, first + timedelta(days=monthrange(year, number)[1] - 1)
