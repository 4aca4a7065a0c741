from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.amending import Changes, amended
from services.registration.agreements.domain.signing import signed
from shared.errors import Conflict, RuleBroken
from tests.unit.registration.agreements.samples import SENT, SIGNED, TODAY

HALF_SIGNED = signed(SENT, "municipal_director", "Molde", date(2024, 8, 15), TODAY)


def after(it: Agreement, **changes: Any) -> Agreement:
    return amended(it, Changes(**{"signatories": {}} | changes), TODAY)


@pytest.mark.parametrize("it", [SENT, HALF_SIGNED, SIGNED, replace(SIGNED, ends_on=date(2024, 10, 16))])
def test_the_reference_changes_as_long_as_the_agreement_is_in_force(it: Agreement) -> None:
    assert after(it, references={"payer_reference": "KS-2"}) == replace(it, payer_reference="KS-2")


def test_what_has_ended_is_not_amended() -> None:
    with pytest.raises(Conflict, match=r"R10.*2024-10-15"):
        after(replace(SIGNED, ends_on=TODAY), references={"payer_reference": "KS-2"})


def test_what_is_given_as_it_stands_is_no_change() -> None:
    it = replace(HALF_SIGNED, ends_on=TODAY)
    given = {"period_start": it.period_start, "signatories": {"municipal_director": "c"}}
    assert after(it, references={"payer_reference": it.payer_reference}, **given) is it


def test_who_signs_is_replaced_until_that_one_has_signed() -> None:
    it = after(HALF_SIGNED, signatories={"head_of_culture_school": "d", "council_director": "e"})
    assert {one.role: one.person for one in it.signatories} == {
        "council_director": "e",
        "head_of_culture_school": "d",
        "municipal_director": "c",
    }
    assert it.signed_on is None
    with pytest.raises(Conflict, match=r"R6.*municipal_director has signed, on 2024-08-15"):
        after(HALF_SIGNED, signatories={"municipal_director": "d"})


def test_nobody_signs_in_a_role_that_the_party_does_not_have() -> None:
    with pytest.raises(RuleBroken, match="R6"):
        after(SENT, signatories={"leader": "d"})


def test_the_period_changes_until_the_first_signature() -> None:
    assert after(SENT, period_end=date(2025, 6, 30)).period_end == date(2025, 6, 30)
    with pytest.raises(RuleBroken, match="R6"):
        after(SENT, period_end=date(2024, 7, 31))
    with pytest.raises(RuleBroken, match="R10"):
        after(replace(SENT, ends_on=date(2025, 7, 1)), period_end=date(2025, 6, 30))
    with pytest.raises(Conflict, match=r"R6.*first signature, on 2024-08-15"):
        after(HALF_SIGNED, period_start=date(2024, 9, 1))
