from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from shared.when import Days, Weeks, When
from shared.when_text import when_text

PLAN = Path(__file__).parents[3] / "services" / "scheduling" / "examples" / "plan-2024-2025.json"
AS_PRINTED = [  # the plan of 2024–2025 (S4)
    "15. mars 2024 kl. 09.00–14.00",
    "21. august 2024, 2,5 timer",
    "24.–25. september 2024",
    "oktober 2024 (uke 40–44)",
    "29. oktober 2024, 2,5 timer",
    "26.–27. november 2024",
    "januar 2025 (uke 2–5)",
    "23. januar 2025, 2,5 timer",
    "12.–13. februar 2025",
    "mars 2025 (uke 10–13)",
    "29. april 2025, 2,5 timer",
    "20.–21. mai 2025",
    "juni eller august 2025",
    "august 2025 (uke 34/35), 2,5 timer",
    "11.–12. september 2025",
    "15.–16. oktober 2025",
    "20.–21. november 2025",
    "november/desember 2025 (uke 48–50)",
    "januar 2026 (uke 2–3 eller 4)",
]


def test_the_plan_is_written_with_the_precision_that_it_has() -> None:
    plan = json.loads(PLAN.read_text(encoding="utf-8"))
    assert [when_text(TypeAdapter(When).validate_python(line["when"])) for line in plan] == AS_PRINTED


def test_nynorsk_has_its_own_words() -> None:
    weeks = When(weeks=(Weeks(year=2025, first=34, last=34),), duration_minutes=120)
    assert when_text(weeks, "nn") == "veke 34 2025, 2 timar"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (Days(first=date(2025, 9, 30), last=date(2025, 10, 1)), "30. september – 1. oktober 2025"),
        (Days(first=date(2025, 12, 31), last=date(2026, 1, 1)), "31. desember 2025 – 1. januar 2026"),
        (Days(first=date(2025, 1, 2), last=date(2025, 1, 2), starts_at="09:30"), "2. januar 2025 kl. 09.30"),
        (
            Days(first=date(2025, 8, 26), last=date(2025, 8, 27), starts_at="09:00", ends_at="15:00"),
            "26. august kl. 09.00 – 27. august 2025 kl. 15.00",
        ),
        (
            Days(first=date(2025, 12, 31), last=date(2026, 1, 1), starts_at="18:00", ends_at="01:00"),
            "31. desember 2025 kl. 18.00 – 1. januar 2026 kl. 01.00",
        ),
    ],
)
def test_days_are_written_as_short_as_can_be(when: Days, text: str) -> None:
    assert when_text(When(days=when)) == text


@pytest.mark.parametrize(
    ("minutes", "nb", "nn"),
    [
        (150, "2,5 timer", "2,5 timar"),
        (60, "1 time", "1 time"),
        (120, "2 timer", "2 timar"),
        (100, "1 time og 40 minutter", "1 time og 40 minutt"),
        (45, "45 minutter", "45 minutt"),
        (30, "30 minutter", "30 minutt"),
    ],
)
def test_a_duration_is_written_as_it_is_said(minutes: int, nb: str, nn: str) -> None:
    when = When(months=("2025-06",), duration_minutes=minutes)
    assert when_text(when, "nb") == f"juni 2025, {nb}"
    assert when_text(when, "nn") == f"juni 2025, {nn}"


def test_weeks_name_their_year_once_unless_they_lie_in_two() -> None:
    one = (Weeks(year=2026, first=2, last=3), Weeks(year=2026, first=4, last=4))
    assert when_text(When(weeks=one)) == "uke 2–3 eller 4, 2026"
    two = (Weeks(year=2025, first=52, last=52), Weeks(year=2026, first=1, last=1))
    assert when_text(When(weeks=two)) == "uke 52 2025 eller 1 2026"


def test_months_of_two_years_name_both() -> None:
    assert when_text(When(months=("2025-12", "2026-01"))) == "desember 2025 eller januar 2026"
