from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.luhn import is_valid

from services.billing.documents.domain.kid import kid

ordinals, numbers = st.integers(1, 9_999), st.integers(1, 999_999)
prefixes = st.text("0123456789", max_size=4)


@given(ordinals, numbers, prefixes)
def test_a_kid_has_eleven_digits_behind_its_prefix_and_checks(ordinal: int, number: int, prefix: str) -> None:
    it = kid(ordinal, number, prefix=prefix)
    assert len(it) == 11 + len(prefix)
    assert it.startswith(prefix)
    assert is_valid(it)


@given(st.lists(st.tuples(ordinals, numbers, prefixes), unique=True))
def test_no_two_invoices_share_a_kid_whatever_the_prefix_was_when_they_were_issued(
    invoices: list[tuple[int, int, str]],
) -> None:
    assert len({kid(ordinal, number, prefix=prefix) for ordinal, number, prefix in invoices}) == len(invoices)


@given(ordinals, numbers, st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_noticed(ordinal: int, number: int, place: int, digit: int) -> None:
    right = kid(ordinal, number)
    wrong = f"{right[:place]}{digit}{right[place + 1 :]}"
    assume(wrong != right)
    assert not is_valid(wrong)


@given(ordinals, numbers, st.integers(0, 9))
def test_two_neighbours_that_changed_places_are_noticed_but_for_0_and_9(ordinal: int, number: int, place: int) -> None:
    right = kid(ordinal, number)
    one, other = right[place], right[place + 1]
    assume(one != other and {one, other} != {"0", "9"})
    assert not is_valid(right[:place] + other + one + right[place + 2 :])


@pytest.mark.parametrize(("ordinal", "number"), [(0, 1), (10_000, 1), (1, 0), (1, 1_000_000)])
def test_a_number_that_has_outgrown_its_digits_gets_no_kid(ordinal: int, number: int) -> None:
    with pytest.raises(ValueError, match="no KID has room"):
        kid(ordinal, number)
