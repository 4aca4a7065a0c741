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
    def minutes(self) -> int | None:
        """How long it lasts, as it is said or as its times on one day tell."""
        days = self.days
        if self.duration_minutes is None and days and days.first == days.last and days.starts_at and days.ends_at:
            return _minutes(days.ends_at) - _minutes(days.starts_at)
        return self.duration_minutes

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
        _check_duration(when.days, when.duration_minutes)
    for weeks in when.weeks:
        if weeks.first > weeks.last or not _has_week(weeks.year, weeks.last):
            msg = f"there are no weeks {weeks.first}–{weeks.last} in {weeks.year}"
            raise RuleBroken(msg, rule=RULE, field="when.weeks")
    if any(month.startswith("0000") for month in when.months):
        msg = "there is no year 0"
        raise RuleBroken(msg, rule=RULE, field="when.months")
    _check_agreement(when)


def check_sharpening(old: When, new: When) -> None:
    """A date is sharpened when it becomes more precise within what the plan said. Raises RuleBroken."""
    if _forgets(old, new):
        msg = "the new date leaves out or changes what the plan said; to change it, move the session"
        raise RuleBroken(msg, rule=RULE, field="when")
    if not _is_more_precise(old, new):
        msg = "the new date is no more precise than the one in the plan; to change it, move the session"
        raise RuleBroken(msg, rule=RULE, field="when")
    # Weeks may reach over the ends of a month: the plan's own "oktober (uke 40–44)" begins in September.
    over = timedelta(days=6) if (old.precision, new.precision) == (Precision.MONTHS, Precision.WEEKS) else timedelta(0)
    for first, last in new.ranges():
        if not any(begins <= first + over and last - over <= ends for begins, ends in old.ranges()):
            msg = "the new date lies outside of what the plan said; to change it, move the session"
            raise RuleBroken(msg, rule=RULE, field="when")


def _is_more_precise(old: When, new: When) -> bool:
    if new.precision != old.precision:
        return new.precision > old.precision
    if _length(new) != _length(old):
        return _length(new) < _length(old)
    return sum(it is not None for it in _times(new)) > sum(it is not None for it in _times(old))


def _forgets(old: When, new: When) -> bool:
    """Whether a time or a duration that was known is another now, or gone."""
    return any(was is not None and was != now for was, now in zip(_times(old), _times(new), strict=True))


def _times(when: When) -> tuple[str | None, str | None, int | None]:
    days = when.days
    return (days.starts_at, days.ends_at, when.minutes) if days else (None, None, when.minutes)


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


def _check_duration(days: Days, minutes: int | None) -> None:
    if minutes is None:
        return
    if days.first != days.last:
        msg = "a duration goes with one day"
        raise RuleBroken(msg, rule=RULE, field="when.duration_minutes")
    if days.starts_at and days.ends_at and minutes != _minutes(days.ends_at) - _minutes(days.starts_at):
        msg = "start, end and duration do not agree"
        raise RuleBroken(msg, rule=RULE, field="when.duration_minutes")


def _check_agreement(when: When) -> None:
    """What is said beside the most precise has to agree with it."""
    if len(set(when.weeks)) < len(when.weeks) or len(set(when.months)) < len(when.months):
        msg = "an alternative is given twice"
        raise RuleBroken(msg, rule=RULE, field="when")
    weeks, months = [_of_weeks(it) for it in when.weeks], [_of_month(it) for it in when.months]
    for field, beside in (("when.weeks", weeks if when.days else []), ("when.months", months)):
        if beside and not all(_meets(it, beside) for it in when.ranges()):
            msg = "the weeks or months lie elsewhere than what stands beside them"
            raise RuleBroken(msg, rule=RULE, field=field)


def _meets(one: Range, others: list[Range]) -> bool:
    return any(one[0] <= last and first <= one[1] for first, last in others)


def _minutes(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


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
