from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.registration.agreements.domain.concern import check_can_be_raised, resolved
from services.registration.agreements.domain.ending import end_taken_back, ended
from services.registration.agreements.domain.termination import terminated
from shared.errors import Conflict, RuleBroken
from tests.unit.registration.agreements.samples import CONCERN, SENT, SIGNED, TODAY


@pytest.mark.parametrize("on", [date(2024, 9, 1), date(2025, 12, 31)])
def test_an_end_that_both_agree_on_may_be_dated_back_or_ahead(on: date) -> None:
    it = ended(SIGNED, on, "Nedlagt.")
    assert (it.ends_on, it.kind_of_end) == (on, "agreed")
    assert ended(it, on, "Nedlagt.") is it


def test_an_end_is_early() -> None:
    with pytest.raises(RuleBroken, match="R10"):
        ended(SIGNED, date(2026, 1, 1), "Nedlagt.")


def test_an_end_is_not_dated_before_the_agreements_period() -> None:
    start = SIGNED.period_start
    assert ended(SIGNED, start, "Kom aldri i gang.").ends_on == start
    before = start - timedelta(days=1)
    with pytest.raises(RuleBroken, match=r"R10.*before its period"):
        ended(SIGNED, before, "Nedlagt.")
    early = replace(CONCERN, raised_on=before)
    with pytest.raises(RuleBroken, match=r"R10.*before its period"):
        terminated(SIGNED, early, before, None, TODAY)


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


def test_an_agreement_terminated_before_its_period_never_comes_into_force() -> None:
    start = date(2024, 12, 1)
    to_come = replace(SIGNED, period_start=start)
    it = terminated(to_come, CONCERN, TODAY, None, TODAY)
    assert (it.ends_on, it.kind_of_end) == (start, "terminated")
    assert terminated(to_come, CONCERN, start, None, TODAY) == it, "its first day may be said too"
    assert terminated(it, CONCERN, TODAY, None, TODAY) is it
    with pytest.raises(Conflict, match="take that end back"):
        terminated(it, CONCERN, TODAY, "Noe annet.", TODAY)
    with pytest.raises(Conflict, match="take that end back"):
        check_can_be_raised(CONCERN, it, TODAY)
    with pytest.raises(RuleBroken, match=r"R10.*not dated ahead"):
        terminated(to_come, CONCERN, TODAY + timedelta(days=1), None, TODAY)
    with pytest.raises(RuleBroken, match=r"R10.*after the concern"):
        terminated(to_come, CONCERN, CONCERN.raised_on - timedelta(days=1), None, TODAY)


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
