"""What is surely wrong alone keeps an application or a plan from naming a development area (R2, R11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.registration.areas.domain.area import Area, check_term
from services.registration.areas.domain.naming import check_can_be_named, may_be_the_same_county
from shared.errors import Conflict, Refused, RuleBroken

FIRST, LAST = date(2024, 8, 1), date(2025, 12, 31)
AREA = Area(
    id="a",
    version=1,
    county_branch="974760673",
    name="Kulturskolen i lokalmiljøet",
    description=None,
    first_day=date(2023, 1, 1),
    last_day=date(2024, 12, 31),
)


def named(area: Area, branch: str | None = "Møre og Romsdal", county: str | None = "Møre og Romsdal") -> str | None:
    try:
        check_can_be_named(area, branch, county, first=FIRST, last=LAST, rule="R2")
    except Refused as refused:
        return refused.code if (refused.rule, refused.field) == ("R2", "development_area") else str(refused)
    return None


def test_one_of_the_same_county_whose_term_has_a_day_in_the_period_is_named() -> None:
    assert named(AREA) is None
    assert named(replace(AREA, last_day=FIRST)) is None
    assert named(replace(AREA, first_day=LAST, last_day=date(2028, 12, 31))) is None


def test_a_term_without_a_day_in_the_period_is_another_one() -> None:
    assert named(replace(AREA, last_day=date(2024, 7, 31))) == "area_of_another_term"
    after = replace(AREA, first_day=date(2026, 1, 1), last_day=date(2028, 12, 31))
    assert named(after) == "area_of_another_term"


def test_one_of_another_county_is_refused_and_one_of_a_county_that_nobody_knows_is_not() -> None:
    assert named(AREA, "Trøndelag", "Møre og Romsdal") == "area_of_another_county"
    assert named(AREA, None, "Møre og Romsdal") is None
    assert named(AREA, "Trøndelag", None) is None


def test_one_that_is_withdrawn_is_refused_and_one_of_which_nothing_is_known_is_not() -> None:
    assert named(replace(AREA, withdrawn=True)) == "area_is_withdrawn"
    lost = replace(AREA, county_branch=None, name=None, first_day=None, last_day=None)
    assert lost.is_lost
    assert named(lost, None) is None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Troms – Romsa – Tromssa", "Troms", True),
        ("Trøndelag - Trööndelage", "trøndelag", True),
        ("Finnmark/Finnmárku", "Finnmárku", True),
        ("Nordland", "Nordland - Nordlánnda", True),
        ("Troms", "Finnmark", False),
        ("Møre og Romsdal", "Romsdal", False),
    ],
)
def test_a_county_has_names_in_norwegian_and_sami(one: str, other: str, *, is_same: bool) -> None:
    assert may_be_the_same_county(one, other) is is_same
    assert may_be_the_same_county(other, one) is is_same


def test_a_term_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        check_term(replace(AREA, last_day=date(2022, 12, 31)))
    assert (refused.value.code, refused.value.field) == ("ends_before_it_starts", "last_day")
    check_term(replace(AREA, last_day=AREA.first_day))


def test_what_is_withdrawn_stands_in_another_way_than_what_is_wrong() -> None:
    with pytest.raises(Conflict):
        check_can_be_named(replace(AREA, withdrawn=True), None, None, first=FIRST, last=LAST, rule="R11")
