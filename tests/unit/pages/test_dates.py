"""When a session is, between the fields of a form and what the API takes (S2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from pages.frame.api import Refused
from pages.gatherings import dates
from shared.when import Days, Weeks, When

WHEN = TypeAdapter(When)


def of(when: When) -> dict[str, Any]:
    found: dict[str, Any] = WHEN.dump_python(when, mode="json")
    return found


@pytest.mark.parametrize(
    "when",
    [
        When(days=Days(first=date(2024, 9, 24), last=date(2024, 9, 25))),
        When(days=Days(first=date(2024, 3, 15), last=date(2024, 3, 15), starts_at="09:00", ends_at="14:00")),
        When(days=Days(first=date(2024, 8, 21), last=date(2024, 8, 21)), duration_minutes=150),
        When(weeks=(Weeks(year=2024, first=40, last=44),), months=("2024-10",)),
        When(weeks=(Weeks(year=2025, first=34, last=34), Weeks(year=2025, first=35, last=35)), months=("2025-08",)),
        When(weeks=(Weeks(year=2026, first=2, last=3), Weeks(year=2026, first=4, last=4)), duration_minutes=150),
        When(weeks=(Weeks(year=2025, first=52, last=52), Weeks(year=2026, first=1, last=1))),
        When(months=("2025-06", "2025-08")),
        When(months=("2025-12", "2026-01")),
    ],
)
def test_what_stands_in_a_form_says_the_same_date_again(when: When) -> None:
    found, faults = dates.when_of(dates.fields_of(of(when)))
    assert not faults
    assert WHEN.validate_python(found) == when


def test_one_day_needs_only_its_first_filled_in() -> None:
    found, faults = dates.when_of({"when.precision": "days", "when.days.first": "2024-09-24", "when.days.last": " "})
    assert not faults
    assert found == {"days": {"first": "2024-09-24", "last": "2024-09-24"}}


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("juni 2025", ["2025-06"]),
        ("Juni eller august 2025", ["2025-06", "2025-08"]),
        ("november/desember 2025", ["2025-11", "2025-12"]),
        ("2025-06, 2026-01", ["2025-06", "2026-01"]),
    ],
)
def test_months_are_written_as_the_plan_writes_them(text: str, months: list[str]) -> None:
    found, faults = dates.when_of({"when.precision": "months", "when.months": text})
    assert not faults
    assert found == {"months": months}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "when.precision"),
        ({"when.precision": "days", "when.days.last": "2024-09-24"}, "when.days.first"),
        ({"when.precision": "weeks", "when.weeks": "34"}, "when.weeks"),
        ({"when.precision": "weeks", "when.weeks": "første uke 2025"}, "when.weeks"),
        ({"when.precision": "weeks", "when.weeks": "2025"}, "when.weeks"),
        ({"when.precision": "months", "when.months": "juni"}, "when.months"),
        ({"when.precision": "months", "when.months": "<script>2025"}, "when.months"),
        ({"when.precision": "months", "when.months": ""}, "when.months"),
        ({"when.precision": "months", "when.months": "2025-13"}, "when.months"),
        ({"when.precision": "months", "when.months": "2025-00"}, "when.months"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(values: dict[str, str], field: str) -> None:
    assert list(dates.when_of(values)[1]) == [field]


def test_what_stands_in_the_fields_of_another_precision_is_not_meant() -> None:
    values = {
        "when.precision": "months",
        "when.months": "juni 2025",
        "when.weeks": "?",
        "when.days.first": "2025-01-01",
    }
    assert dates.when_of(values) == ({"months": ["2025-06"]}, {})


def test_what_is_refused_of_one_of_several_weeks_stands_at_the_weeks() -> None:
    why = Refused(422, {"errors": [{"field": it} for it in ("when", "when.weeks.1.first", "when.days.last", "title")]})
    assert dates.fields_in(why) == {
        "when": "when.precision",
        "when.weeks.1.first": "when.weeks",
        "when.days.last": "when.days.last",
    }


def test_a_date_with_both_times_is_as_precise_as_can_be() -> None:
    day = date(2024, 3, 15)
    assert dates.can_be_sharpened(of(When(months=("2024-03",))))
    assert dates.can_be_sharpened(of(When(days=Days(first=day, last=day, starts_at="09:00"))))
    assert not dates.can_be_sharpened(of(When(days=Days(first=day, last=day, starts_at="09:00", ends_at="14:00"))))
