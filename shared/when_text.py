"""A date of the plan as a person would write it, with the precision that it has (S2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shared.norwegian import MONTHS, day_in_words
from shared.when import Days, Weeks, When

Language = Literal["nb", "nn"]

WEEK = {"nb": "uke", "nn": "veke"}
HOURS = {"nb": "timer", "nn": "timar"}
MINUTES = {"nb": "minutter", "nn": "minutt"}


def when_text(when: When, language: Language = "nb") -> str:
    """`24.–25. september 2024`, `august 2025 (uke 34/35), 2,5 timer`."""
    if when.days is not None:
        text = _days(when.days)
    elif when.months:
        text = _months(when.months, beside_weeks=bool(when.weeks))
        if when.weeks:
            text += f" ({WEEK[language]} {_weeks(when.weeks)})"
    else:
        text = f"{WEEK[language]} {_weeks_of_years(when.weeks)}"
    if when.duration_minutes:
        text += f", {_duration(when.duration_minutes, language)}"
    return text


def _days(days: Days) -> str:
    first, last = days.first, days.last
    if first != last and days.starts_at and days.ends_at:
        return _from_until(days)
    if first == last:
        text = day_in_words(last)
    elif (first.year, first.month) == (last.year, last.month):
        text = f"{first.day}.–{day_in_words(last)}"
    elif first.year == last.year:
        text = f"{first.day}. {MONTHS[first.month - 1]} – {day_in_words(last)}"
    else:
        text = f"{day_in_words(first)} – {day_in_words(last)}"
    if days.starts_at:
        text += f" kl. {_clock(days.starts_at)}"
        if days.ends_at:
            text += f"–{_clock(days.ends_at)}"
    return text


def _from_until(days: Days) -> str:
    """The clock times are those of the first and of the last day."""
    begins, ends = _clock(days.starts_at or ""), _clock(days.ends_at or "")
    year = f" {days.first.year}" if days.first.year != days.last.year else ""
    return f"{days.first.day}. {MONTHS[days.first.month - 1]}{year} kl. {begins} – {day_in_words(days.last)} kl. {ends}"


def _clock(time: str) -> str:
    return time.replace(":", ".")


def _months(months: Sequence[str], *, beside_weeks: bool) -> str:
    """With weeks beside them the months only say where these lie; alone they are alternatives."""
    names = [MONTHS[int(month[5:]) - 1] for month in months]
    years = [month[:4] for month in months]
    between = "/" if beside_weeks else " eller "
    if len(set(years)) == 1:
        return f"{between.join(names)} {years[0]}"
    return between.join(f"{name} {year}" for name, year in zip(names, years, strict=True))


def _weeks(weeks: Sequence[Weeks]) -> str:
    ranges = [str(it.first) if it.first == it.last else f"{it.first}–{it.last}" for it in weeks]
    if all(it.first == it.last for it in weeks):
        return "/".join(ranges)
    return " eller ".join(ranges)


def _weeks_of_years(weeks: Sequence[Weeks]) -> str:
    if len({it.year for it in weeks}) > 1:
        return " eller ".join(f"{_weeks([it])} {it.year}" for it in weeks)
    text = _weeks(weeks)
    return f"{text}{',' if ' ' in text else ''} {weeks[0].year}"


def _duration(minutes: int, language: Language) -> str:
    """`2,5 timer`, `1 time`, `1 time og 40 minutter`."""
    hours, rest = divmod(minutes, 60)
    if rest == 30 and hours:  # noqa: PLR2004 - half an hour
        return f"{hours},5 {HOURS[language]}"
    parts = [f"{hours} {'time' if hours == 1 else HOURS[language]}"] if hours else []
    parts += [f"{rest} {MINUTES[language]}"] if rest else []
    return " og ".join(parts)
