from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.registration.agreements.domain.agreement import Agreement, Signatory, check_period
from services.registration.agreements.domain.concern import Concern, check_can_be_raised, resolved
from services.registration.agreements.domain.ending import end_taken_back, ended
from services.registration.agreements.domain.signing import check_signatories, signed
from services.registration.agreements.domain.termination import terminated
from shared.errors import Conflict, RuleBroken

TODAY = date(2024, 10, 15)
SENT = Agreement(
    id="agreement",
    version=1,
    programme="regionalt-2024-2025",
    party="942110464",
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    fee_ore=2_000_000,
    payer_reference="KS-5001",
    signatories=(
        Signatory(role="council_director", person="a"),
        Signatory(role="head_of_culture_school", person="b"),
        Signatory(role="municipal_director", person="c"),
    ),
)
SIGNED = replace(SENT, signed_on=date(2024, 8, 15))
CONCERN = Concern(
    id="concern",
    version=1,
    agreement="agreement",
    raised_by="council",
    description="Gruppen har ikke møtt.",
    raised_on=date(2024, 10, 10),
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


@pytest.mark.parametrize("on", [date(2024, 9, 1), date(2025, 12, 31)])
def test_an_end_that_both_agree_on_may_be_dated_back_or_ahead(on: date) -> None:
    it = ended(SIGNED, on, "Nedlagt.")
    assert (it.ends_on, it.kind_of_end) == (on, "agreed")
    assert ended(it, on, "Nedlagt.") is it


def test_an_end_is_early() -> None:
    with pytest.raises(RuleBroken, match="R10"):
        ended(SIGNED, date(2026, 1, 1), "Nedlagt.")


def test_termination_follows_a_concern_that_is_not_resolved() -> None:
    it = terminated(SIGNED, CONCERN, TODAY, None, TODAY)
    assert (it.ends_on, it.kind_of_end) == (TODAY, "terminated")
    assert CONCERN.state(it) == "terminated"
    assert terminated(it, CONCERN, TODAY, None, TODAY) == it
    with pytest.raises(RuleBroken, match=r"R10.*resolved"):
        terminated(SIGNED, resolved(CONCERN, SIGNED, None), TODAY, None, TODAY)
    with pytest.raises(RuleBroken, match=r"R10.*another agreement"):
        terminated(SIGNED, replace(CONCERN, agreement="other"), TODAY, None, TODAY)


@pytest.mark.parametrize("on", [date(2024, 10, 16), date(2024, 10, 9)])
def test_termination_is_neither_dated_ahead_nor_before_the_concern(on: date) -> None:
    with pytest.raises(RuleBroken, match="R10"):
        terminated(SIGNED, CONCERN, on, None, TODAY)


def test_an_end_stands_until_it_is_taken_back() -> None:
    it = ended(SIGNED, TODAY, "Nedlagt.")
    with pytest.raises(Conflict, match="take that end back"):
        ended(it, date(2024, 11, 1), "Nei.")
    with pytest.raises(Conflict, match="take that end back"):
        terminated(it, CONCERN, TODAY, None, TODAY)
    back = end_taken_back(it, "Feil kommune.")
    assert (back.ends_on, back.kind_of_end, back.end_note) == (None, None, "Feil kommune.")
    assert end_taken_back(back, None) is back


def test_an_end_that_lies_ahead_keeps_nobody_from_raising_a_concern_or_terminating_at_once() -> None:
    ahead = ended(SIGNED, date(2025, 6, 1), "Enige.")
    check_can_be_raised(CONCERN, ahead, TODAY)
    it = terminated(ahead, CONCERN, TODAY, None, TODAY)
    assert (it.ends_on, it.kind_of_end) == (TODAY, "terminated")
    with pytest.raises(Conflict, match="take that end back"):
        check_can_be_raised(CONCERN, ahead, date(2025, 6, 1))


def test_termination_is_early_too() -> None:
    with pytest.raises(RuleBroken, match="R10"):
        terminated(SIGNED, CONCERN, date(2026, 1, 1), None, date(2026, 1, 1))


def test_a_termination_taken_back_leaves_its_concern_open() -> None:
    it = end_taken_back(terminated(SIGNED, CONCERN, TODAY, None, TODAY), None)
    assert CONCERN.state(it) == "raised"


def test_an_agreement_that_is_not_signed_is_neither_terminated_nor_a_concern() -> None:
    with pytest.raises(Conflict, match="R10"):
        terminated(SENT, CONCERN, TODAY, None, TODAY)
    with pytest.raises(Conflict, match="R10"):
        check_can_be_raised(CONCERN, SENT, TODAY)


def test_a_concern_is_not_dated_ahead() -> None:
    check_can_be_raised(CONCERN, SIGNED, TODAY)
    with pytest.raises(RuleBroken, match="R10"):
        check_can_be_raised(CONCERN, SIGNED, date(2024, 10, 9))


def test_before_the_agreement_was_signed_there_were_no_obligations_to_be_concerned_about() -> None:
    with pytest.raises(RuleBroken, match="R10"):
        check_can_be_raised(replace(CONCERN, raised_on=date(2024, 8, 14)), SIGNED, TODAY)


def test_a_concern_is_resolved_once() -> None:
    it = resolved(CONCERN, SIGNED, "Ryddet opp.")
    assert it.state(SIGNED) == "resolved"
    assert resolved(it, SIGNED, "Ryddet opp.") is it
    with pytest.raises(Conflict, match="R10"):
        resolved(it, SIGNED, "Noe annet.")
    with pytest.raises(Conflict, match="termination"):
        resolved(CONCERN, terminated(SIGNED, CONCERN, TODAY, None, TODAY), None)
