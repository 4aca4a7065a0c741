from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.registration.agreements.domain.agreement import check_period
from services.registration.agreements.domain.signing import check_signatories, signed
from shared.errors import Conflict, RuleBroken
from tests.unit.registration.agreements.samples import SENT, TODAY


def test_an_agreement_is_signed_when_its_last_signature_is_in() -> None:
    it = signed(SENT, "municipal_director", "Molde", date(2024, 8, 15), TODAY)
    it = signed(it, "council_director", "Trondheim", date(2024, 8, 13), TODAY)
    assert it.signed_on is None
    it = signed(it, "head_of_culture_school", "Molde", date(2024, 8, 15), TODAY)
    assert it.signed_on == date(2024, 8, 15)


def test_it_is_signed_on_the_day_of_its_latest_signature_whoevers_comes_in_last() -> None:
    it = signed(SENT, "council_director", "Trondheim", TODAY, TODAY)
    it = signed(it, "municipal_director", "Molde", date(2024, 8, 15), TODAY)
    it = signed(it, "head_of_culture_school", "Molde", date(2024, 8, 15), TODAY)
    assert it.signed_on == TODAY


@pytest.mark.parametrize(("place", "on", "field"), [("Aukra", 15, "place"), ("Molde", 14, "signed_on")])
def test_a_party_signs_at_one_place_on_one_date(place: str, on: int, field: str) -> None:
    it = signed(SENT, "municipal_director", "Molde", date(2024, 8, 15), TODAY)
    with pytest.raises(RuleBroken, match="R6") as refused:
        signed(it, "head_of_culture_school", place, date(2024, 8, on), TODAY)
    assert refused.value.field == field


def test_the_same_signature_twice_is_one_and_another_in_its_place_is_refused() -> None:
    it = signed(SENT, "council_director", "Trondheim", TODAY, TODAY)
    assert signed(it, "council_director", "Trondheim", TODAY, TODAY) is it
    with pytest.raises(Conflict, match="R6"):
        signed(it, "council_director", "Oslo", TODAY, TODAY)


def test_a_signature_is_not_dated_ahead() -> None:
    with pytest.raises(RuleBroken, match="R6"):
        signed(SENT, "council_director", "Trondheim", date(2024, 10, 16), TODAY)


def test_nobody_else_signs() -> None:
    with pytest.raises(RuleBroken, match="R6"):
        signed(SENT, "leader", "Trondheim", TODAY, TODAY)


def test_what_has_ended_is_not_signed() -> None:
    with pytest.raises(Conflict, match="R10"):
        signed(replace(SENT, ends_on=TODAY), "council_director", "Trondheim", TODAY, TODAY)


def test_three_sign_for_a_municipality_and_two_for_a_county_branch() -> None:
    three = ["council_director", "municipal_director", "head_of_culture_school"]
    check_signatories("municipality", three)
    check_signatories("county_branch", ["leader", "council_director"])
    with pytest.raises(RuleBroken, match="R6"):
        check_signatories("municipality", three[:2])
    with pytest.raises(RuleBroken, match="A4"):
        check_signatories("county_branch", three)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    check_period(replace(SENT, period_end=SENT.period_start))
    with pytest.raises(RuleBroken, match="R6"):
        check_period(replace(SENT, period_end=date(2024, 7, 31)))


def test_of_a_signature_that_is_lost_place_and_day_are_said_anew_and_the_whole_stays_signed() -> None:
    lost = replace(SENT, signed_on=TODAY, signatories=tuple(replace(it, signed_on=TODAY) for it in SENT.signatories))
    it = signed(lost, "municipal_director", "Molde", date(2024, 8, 15), TODAY)
    it = signed(it, "head_of_culture_school", "Molde", date(2024, 8, 15), TODAY)
    assert it.signed_on == TODAY
    with pytest.raises(RuleBroken, match="R6"):
        signed(it, "council_director", "Trondheim", date(2024, 8, 15), TODAY)
    it = signed(it, "council_director", "Trondheim", TODAY, TODAY)
    with pytest.raises(Conflict, match="R6"):
        signed(it, "council_director", "Oslo", TODAY, TODAY)
