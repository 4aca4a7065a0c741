from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registration.programmes.domain.application_window import check_takes_applications
from services.registration.programmes.domain.programme import Programme, check_programme
from shared.errors import RuleBroken

PROGRAMME = Programme(
    code="regionalt-2024-2025",
    version=1,
    name="Regionalt program",
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    fee_ore=2_000_000,
    county_branch_fee_ore=1_000_000,
    applications_from=date(2024, 2, 1),
    applications_until=date(2024, 5, 1),
    days_to_pay=30,
)


@pytest.mark.parametrize("day", [date(2024, 2, 1), date(2024, 5, 1)])
def test_applications_are_taken_from_the_first_to_the_last_day(day: date) -> None:
    check_takes_applications(PROGRAMME, day)


@pytest.mark.parametrize("day", [date(2024, 1, 31), date(2024, 5, 2)])
def test_applications_are_not_taken_outside_of_them(day: date) -> None:
    with pytest.raises(RuleBroken, match="R1"):
        check_takes_applications(PROGRAMME, day)
    check_takes_applications(replace(PROGRAMME, applications_from=None, applications_until=None), day)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period_end": date(2024, 7, 31)}, "period_end"),
        ({"applications_until": date(2024, 1, 1)}, "applications_until"),
    ],
)
def test_what_ends_before_it_starts_is_refused(change: dict[str, Any], field: str) -> None:
    check_programme(PROGRAMME)
    with pytest.raises(RuleBroken) as refused:
        check_programme(replace(PROGRAMME, **change))
    assert refused.value.field == field


def test_a_county_branch_pays_its_own_fee() -> None:
    assert PROGRAMME.fee_for("municipality") == 2_000_000
    assert PROGRAMME.fee_for("county_branch") == 1_000_000
