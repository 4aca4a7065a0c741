from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain import difference as instalments
from services.billing.instalments.domain.unbilled import Unbilled, unbilled
from services.billing.occasions.domain.deliveries import JointSession
from services.billing.occasions.domain.release import Release
from tests.unit.billing.samples import AGREEMENT, DAYS, FIRST, SECOND, carry_out, occasions, release, session, waived

THIRD_PLANNED = session(3, state="planned", title="Fellessamling 5", planned="11.–12. september 2025")


def why(
    agreement: Agreement,
    known: Sequence[JointSession | Release],
    issued: Sequence[Invoice] = (),
    *,
    programme_is_known: bool = True,
) -> dict[int, str]:
    found = unbilled(agreement, occasions(*known), issued, programme_is_known=programme_is_known)
    assert all(it.explanation for it in found)
    return {it.instalment: it.why for it in found}


def test_what_an_invoice_stands_for_is_not_listed() -> None:
    everything = [FIRST, SECOND, session(3)]
    issued = carry_out(AGREEMENT, occasions(*everything), [])
    assert why(AGREEMENT, everything, issued) == {}


@pytest.mark.parametrize("fee_ore", [1_500_000, 0, 3_000_000])
def test_an_invoice_of_another_fee_than_that_of_now_is_listed_though_nothing_is_missing(fee_ore: int) -> None:
    everything = [FIRST, SECOND, session(3)]
    issued = carry_out(AGREEMENT, occasions(*everything), [])
    changed = replace(AGREEMENT, fee_ore=fee_ore)
    assert why(changed, everything, issued) == dict.fromkeys((1, 2, 3), "invoiced_at_another_fee")


def test_what_is_due_is_about_to_be_issued() -> None:
    assert why(AGREEMENT, [FIRST, release(2), session(3)]) == dict.fromkeys((1, 2, 3), "about_to_be_issued")


def test_an_agreement_that_is_not_signed_owes_nothing() -> None:
    assert why(replace(AGREEMENT, signed_on=None), [FIRST]) == dict.fromkeys((1, 2, 3), "not_signed")


def test_a_session_that_is_planned_is_named_with_its_time() -> None:
    found = unbilled(AGREEMENT, occasions(THIRD_PLANNED), [], programme_is_known=True)
    assert found[2] == Unbilled(
        instalment=3,
        why="session_not_completed",
        explanation="Ikke gjennomført: Fellessamling 5 (11.–12. september 2025).",
    )


def test_an_instalment_that_no_physical_session_carries_waits_for_one_or_for_a_release() -> None:
    known: list[JointSession | Release] = [
        session(1, format="digital"),
        session(2, state="cancelled"),
        release(3, withdrawn=True),
    ]
    assert why(AGREEMENT, known) == dict.fromkeys((1, 2, 3), "no_session")


def test_an_agreement_that_ended_before_is_told_so_whether_the_session_was_held_or_is_yet_to_come() -> None:
    ended = replace(AGREEMENT, ends_on=DAYS[2])
    issued = carry_out(ended, occasions(FIRST), [])
    assert why(ended, [FIRST, SECOND, THIRD_PLANNED], issued) == {2: "agreement_ended", 3: "agreement_ended"}
    some_day = replace(THIRD_PLANNED, first_day=None, last_day=None)
    assert why(ended, [FIRST, SECOND, some_day], issued) == {2: "agreement_ended", 3: "agreement_ended"}
    perhaps = replace(some_day, not_before=DAYS[2] - timedelta(days=1))
    assert why(ended, [FIRST, SECOND, perhaps], issued) == {2: "agreement_ended", 3: "session_not_completed"}


def test_a_session_to_come_is_named_though_a_release_after_the_end_does_not_count() -> None:
    ended = replace(AGREEMENT, ends_on=DAYS[1] + timedelta(days=1))
    planned = session(1, state="planned")
    assert why(ended, [planned, release(1, DAYS[2])])[1] == "session_not_completed"


def test_what_is_set_aside_says_what_it_waits_for() -> None:
    stranger = replace(AGREEMENT, buyer=None)
    assert why(stranger, [FIRST])[1] == "party_unknown"
    assert why(AGREEMENT, [FIRST], programme_is_known=False)[1] == "programme_unknown"


def test_an_instalment_of_nothing_is_told_so() -> None:
    assert why(replace(AGREEMENT, fee_ore=2), [FIRST, session(3)]) == {
        1: "about_to_be_issued",
        2: "no_session",
        3: "nothing_to_pay",
    }


def test_what_is_waived_is_told_so_whether_it_was_delivered_or_not() -> None:
    found = unbilled(AGREEMENT, occasions(FIRST, SECOND), [], waived(1, 3), programme_is_known=True)
    assert [it.why for it in found] == ["waived", "about_to_be_issued", "waived"]


def test_what_is_set_aside_since_the_fee_changed_is_told_so() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    assert why(replace(AGREEMENT, fee_ore=1_000_000), [FIRST, SECOND, THIRD_PLANNED], issued) == {
        1: "invoiced_at_another_fee",
        2: "fee_changed",
        3: "session_not_completed",
    }


def test_a_rule_that_raises_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(_: int) -> list[int]:
        raise ZeroDivisionError

    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    monkeypatch.setattr(instalments, "split_fee", raises)
    assert why(AGREEMENT, [FIRST, SECOND], issued) == {2: "rule_raised", 3: "rule_raised"}
