"""When a session is, between the fields of a form and what the API takes (S2).

The form says how precise the date is; what stands in the fields of another precision is not meant. Weeks and months are one text
each, written as the plan itself writes them: `2–3 eller 4, 2026`, `juni eller august 2025`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from pages.frame.api import Refused
from pages.frame.forms import body_of
from shared.norwegian import MONTHS
from shared.when import Precision, When
from shared.when_text import when_text

PRECISION = "when.precision"
WEEKS, MONTHS_FIELD = "when.weeks", "when.months"
FIRST, LAST = "when.days.first", "when.days.last"
DURATION = "when.duration_minutes"
FIELDS = (PRECISION, FIRST, LAST, "when.days.starts_at", "when.days.ends_at", WEEKS, MONTHS_FIELD, DURATION)

HOW_PRECISE = "Velg om du vet dagene, ukene eller bare måneden."
WHICH_DAY = "Fyll ut den første dagen."
WHICH_WEEKS = "Skriv uker og år, for eksempel 34–35 2025, eller 2–3 eller 4, 2026."
WHICH_MONTHS = "Skriv måned og år, for eksempel juni 2025, eller juni eller august 2025."

_WHEN = TypeAdapter(When)
_WEEKS = re.compile(r"(?P<year>\d{4})|(?P<first>\d{1,2})(?:\s*[-–]\s*(?P<last>\d{1,2}))?")
_MONTHS = re.compile(rf"(?P<year>\d{{4}})(?:-(?P<number>0[1-9]|1[0-2]))?|(?P<name>{'|'.join(MONTHS)})", re.IGNORECASE)
# What may stand between: `uke 2–3 eller 4, 2026`.
_BETWEEN = re.compile(r"(?:\s|,|;|/|\.|\b(?:uke|uker|eller|og)\b)*", re.IGNORECASE)


def fields_of(found: Mapping[str, Any] | None) -> dict[str, str]:
    """What stands in each field for the date of an answer; empty ones where there is none yet."""
    shown = dict.fromkeys(FIELDS, "")
    if found is None:
        return shown
    when = _WHEN.validate_python(found)
    shown[PRECISION] = when.precision.name.lower()
    if when.days:
        shown[FIRST] = when.days.first.isoformat()
        shown[LAST] = when.days.last.isoformat() if when.days.last != when.days.first else ""
        shown["when.days.starts_at"] = when.days.starts_at or ""
        shown["when.days.ends_at"] = when.days.ends_at or ""
    if when.weeks:
        shown[WEEKS] = when_text(When(weeks=when.weeks)).removeprefix("uke ")
    if when.months:
        shown[MONTHS_FIELD] = when_text(When(months=when.months))
    shown[DURATION] = str(when.duration_minutes or "")
    return shown


def when_of(values: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """A request's `when`, and by field what could not be read, in Norwegian."""
    precision = values.get(PRECISION, "")
    found: dict[str, Any] = body_of(values, DURATION, ints=[DURATION]).get("when", {})
    faults: dict[str, str] = {}
    if precision == "days":
        found |= _days(values)
        if "first" not in found["days"]:
            faults[FIRST] = WHICH_DAY
    elif precision in ("weeks", "months"):
        months = _months(values.get(MONTHS_FIELD, ""))
        if months is None or (precision == "months" and not months):
            faults[MONTHS_FIELD] = WHICH_MONTHS
        found["months"] = months
        if precision == "weeks":
            found["weeks"] = _weeks(values.get(WEEKS, ""))
            if not found["weeks"]:
                faults[WEEKS] = WHICH_WEEKS
    else:
        faults[PRECISION] = HOW_PRECISE
    return found, faults


def fields_in(why: Refused) -> dict[str, str]:
    """The form's field for each of what a refusal says of a date: `when.weeks.0.first` stands in the text of the weeks."""
    named = {str(it.get("field") or "") for it in why.faults}
    return {it: _field_of(it) for it in named if it.split(".")[0] == "when"}


def _field_of(name: str) -> str:
    whole = {"when": PRECISION, "when.days": FIRST}
    return whole.get(name) or next((it for it in (WEEKS, MONTHS_FIELD) if name.startswith(f"{it}.")), name)


def can_be_sharpened(found: Mapping[str, Any]) -> bool:
    """Whether a date can become more precise: its days, or the times on them, are not said yet."""
    when = _WHEN.validate_python(found)
    return when.precision < Precision.DAYS or when.days is None or not (when.days.starts_at and when.days.ends_at)


def _days(values: Mapping[str, str]) -> dict[str, Any]:
    """One day needs only its first filled in."""
    body = body_of(values, FIRST, LAST, "when.days.starts_at", "when.days.ends_at").get("when", {})
    days = body.get("days", {})
    if "first" in days:
        days.setdefault("last", days["first"])
    return {"days": days}


def _weeks(text: str) -> list[dict[str, int]] | None:
    """None for what are no weeks, or weeks of no year."""
    found = _read(text, _WEEKS)
    if found is None:
        return None
    return [
        {"year": year, "first": int(it["first"]), "last": int(it["last"] or it["first"])}
        for it, year in _with_years(found)
        if it["first"]
    ]


def _months(text: str) -> list[str] | None:
    """None for what are no months, or months of no year."""
    found = _read(text, _MONTHS)
    if found is None:
        return None
    number = {name: n for n, name in enumerate(MONTHS, 1)}
    return [
        f"{year:04}-{it['number'] or format(number[it['name'].lower()], '02')}"
        for it, year in _with_years(found)
        if it["number"] or it["name"]
    ]


def _read(text: str, kind: re.Pattern[str]) -> list[re.Match[str]] | None:
    """What stands in a text, one after the other; None where something else stands there too, or the last has no year."""
    found: list[re.Match[str]] = []
    at = _BETWEEN.match(text).end()  # type: ignore[union-attr]  # it matches nothing, too
    while at < len(text):
        it = kind.match(text, at)
        if it is None:
            return None
        found.append(it)
        at = _BETWEEN.match(text, it.end()).end()  # type: ignore[union-attr]  # as above
    return None if found and not found[-1]["year"] else found


def _with_years(found: Iterable[re.Match[str]]) -> list[tuple[re.Match[str], int]]:
    """Each with the year that follows it: `52 2025 eller 1 2026`."""
    year, dated = 0, []
    for it in reversed(list(found)):
        year = int(it["year"] or year)
        dated.append((it, year))
    return dated[::-1]
