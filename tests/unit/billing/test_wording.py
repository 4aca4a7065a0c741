from __future__ import annotations

from datetime import date

from services.billing.consumers import planned
from services.billing.domain.series import programme_of, series_id
from shared.events.scheduling import Days, Weeks, When


def test_a_plan_is_told_as_precisely_as_it_is_known() -> None:
    one_day = When(days=Days(first=date(2024, 8, 21), last=date(2024, 8, 21)))
    assert planned(one_day) == "21. august 2024"
    two_days = When(days=Days(first=date(2024, 9, 24), last=date(2024, 9, 25)))
    assert planned(two_days) == "24.–25. september 2024"
    over_months = When(days=Days(first=date(2024, 12, 31), last=date(2025, 1, 1)))
    assert planned(over_months) == "31. desember 2024 – 1. januar 2025"
    weeks = When(weeks=(Weeks(year=2026, first=2, last=3), Weeks(year=2026, first=4, last=4)), months=("2026-01",))
    assert planned(weeks) == "uke 2–3 eller 4, 2026"
    assert planned(When(months=("2025-06", "2025-08"))) == "juni 2025 eller august 2025"


def test_a_series_is_named_after_its_programme() -> None:
    assert series_id("p-1", "invoice") == "p-1/invoices"
    assert programme_of("p-1/invoices", "invoice") == "p-1"
    assert programme_of("p-1/invoices", "credit_note") is None
    assert programme_of("/credit-notes", "credit_note") is None
