"""A reference is a code, and nothing by which a person is known (R2, N2)."""

from __future__ import annotations

import pytest

from services.registration.applications.domain.payer_reference import check_reference
from shared.errors import RuleBroken


@pytest.mark.parametrize("reference", ["1506", "KS-1506", "Bømlo kommune 4613", "Kárášjohka 5610/2", "#4+A_b,c.1"])
def test_what_has_a_digit_is_taken(reference: str) -> None:
    check_reference(reference)


@pytest.mark.parametrize("reference", ["Kari Vik", "KS-A/B", "+-#"])
def test_what_has_none_may_be_a_name_and_is_not(reference: str) -> None:
    with pytest.raises(RuleBroken, match="R2") as caught:
        check_reference(reference, field="order_reference")
    assert (caught.value.code, caught.value.field) == ("reference_without_digit", "order_reference")


@pytest.mark.parametrize(
    "reference", ["01010750160", "010107 50160", "01.01.07-50160", "KS 010107/50160", "41010700130"]
)
def test_a_national_identity_number_is_not_however_it_is_divided(reference: str) -> None:
    with pytest.raises(RuleBroken, match="N2") as caught:
        check_reference(reference)
    assert caught.value.code == "national_identity_number"


@pytest.mark.parametrize("reference", ["01010750161", "0101A0750160", "101010750160"])
def test_a_number_that_is_none_is_taken(reference: str) -> None:
    check_reference(reference)
