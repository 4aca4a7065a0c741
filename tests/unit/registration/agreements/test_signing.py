from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.registration.agreements.domain.agreement import check_period
from services.registration.agreements.domain.signing import check_signatories, corrected, signed, taken_back
from shared.errors import Conflict, RuleBroken
from tests.unit.registration.agreements.samples import SENT, TODAY

ALL_SIGNED = replace(
    SENT,
    signed_on=TODAY,
    signatories=tuple(replace(it, place="Molde", signed_on=TODAY) for it in SENT.signatories),
)


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


def test_two_of_one_side_may_sign_on_different_days_and_at_different_places() -> None:
    it = signed(SENT, "municipal_director", "Molde", date(2024, 8, 15), TODAY)
    it = signed(it, "head_of_culture_school", "Aukra", date(2024, 8, 14), TODAY)
    assert {one.role: (one.place, one.signed_on) for one in it.signatories if one.place} == {
        "municipal_director": ("Molde", date(2024, 8, 15)),
        "head_of_culture_school": ("Aukra", date(2024, 8, 14)),
    }


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


def test_a_correction_never_unsigns_and_may_change_the_day_on_which_the_whole_is_signed() -> None:
    it = ALL_SIGNED
    for role in ("council_director", "municipal_director", "head_of_culture_school"):
        it = corrected(it, role, "Trondheim", date(2024, 8, 13), TODAY)
        assert it.signed_on is not None
    assert it.signed_on == date(2024, 8, 13)
    assert corrected(it, "council_director", "Trondheim", date(2024, 8, 13), TODAY) is it


def test_a_correction_is_dated_as_a_signature_is() -> None:
    with pytest.raises(RuleBroken, match=r"R6.*ahead"):
        corrected(ALL_SIGNED, "council_director", "Oslo", date(2024, 10, 16), TODAY)
    with pytest.raises(Conflict, match="R10"):
        corrected(replace(ALL_SIGNED, ends_on=TODAY), "council_director", "Oslo", TODAY, TODAY)
    with pytest.raises(Conflict, match=r"R6.*council_director has not signed"):
        corrected(SENT, "council_director", "Oslo", TODAY, TODAY)
    with pytest.raises(RuleBroken, match="R6"):
        corrected(SENT, "leader", "Oslo", TODAY, TODAY)


def test_a_signature_is_taken_back_until_all_have_signed() -> None:
    one = signed(SENT, "council_director", "Trondheim", TODAY, TODAY)
    assert taken_back(one, "council_director") == SENT
    assert taken_back(SENT, "council_director") is SENT
    with pytest.raises(Conflict, match=r"R6.*signed, since 2024-10-15"):
        taken_back(ALL_SIGNED, "council_director")
