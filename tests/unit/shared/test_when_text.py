from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from shared.events.scheduling import Days, Weeks, When
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
    assert [when_text(When.model_validate(line["when"])) for line in plan] == AS_PRINTED


def test_nynorsk_has_its_own_words() -> None:
    weeks = When(weeks=(Weeks(year=2025, first=34, last=34),), duration_minutes=120)
    assert when_text(weeks, "nn") == "veke 34 2025, 2 timar"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (Days(first=date(2025, 9, 30), last=date(2025, 10, 1)), "30. september – 1. oktober 2025"),
        (Days(first=date(2025, 12, 31), last=date(2026, 1, 1)), "31. desember 2025 – 1. januar 2026"),
        (Days(first=date(2025, 1, 2), last=date(2025, 1, 2), starts_at="09:30"), "2. januar 2025 kl. 09.30"),
    ],
)
def test_days_are_written_as_short_as_can_be(when: Days, text: str) -> None:
    assert when_text(When(days=when)) == text


def test_months_of_two_years_name_both() -> None:
    assert when_text(When(months=("2025-12", "2026-01"))) == "desember 2025 eller januar 2026"
