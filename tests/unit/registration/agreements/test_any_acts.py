"""In any sequence of acts no agreement is signed by fewer than its roles, and what is signed stays signed (R6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registration.agreements.domain.agreement import Agreement, Signatory
from services.registration.agreements.domain.amending import Changes, amended
from services.registration.agreements.domain.calling_back import called_back
from services.registration.agreements.domain.ending import end_taken_back, ended
from services.registration.agreements.domain.signing import SIGNATORIES, corrected, signed, taken_back
from services.registration.agreements.domain.termination import terminated
from services.registration.parties.domain.party import Kind
from shared.errors import Refused
from tests.unit.registration.agreements.samples import CONCERN, SENT, TODAY

Act: TypeAlias = Callable[[Agreement], Agreement]

roles = st.sampled_from(sorted(SIGNATORIES["municipality"] | SIGNATORIES["county_branch"]))
days = st.dates(date(2024, 8, 10), date(2024, 10, 16))
places = st.sampled_from(["Molde", "Trondheim"])
people = st.sampled_from(["a", "b", "c", "d"])
changes = st.builds(
    Changes,
    references=st.dictionaries(
        st.sampled_from(["payer_reference", "order_reference", "accounting_cost"]), st.sampled_from(["KS-1", "KS-2"])
    ),
    period_end=st.none() | st.dates(date(2025, 6, 1), date(2025, 6, 3)),
    signatories=st.dictionaries(roles, people, max_size=2),
)


def signing() -> st.SearchStrategy[Act]:
    """Made anew each time: of one and the same strategy `one_of` takes no more than one."""
    return st.builds(lambda role, place, on: lambda it: signed(it, role, place, on, TODAY), roles, places, days)


# More signing than all else, so that many agreements are signed as a whole.
acts: st.SearchStrategy[Act] = st.one_of(
    *[signing() for _ in range(12)],
    st.builds(lambda role, place, on: lambda it: corrected(it, role, place, on, TODAY), roles, places, days),
    st.builds(lambda role: lambda it: taken_back(it, role), roles),
    st.builds(lambda of: lambda it: amended(it, of, TODAY), changes),
    st.builds(lambda gone: lambda it: called_back(it, TODAY, is_withdrawn=gone), st.booleans()),
    st.builds(lambda on: lambda it: ended(it, on, "Nedlagt."), days),
    st.builds(lambda on: lambda it: terminated(it, CONCERN, on, None, TODAY), days),
    st.just(lambda it: end_taken_back(it, None)),
)


def check(before: Agreement, after: Agreement, kind: Kind) -> None:
    dates = [it.signed_on for it in after.signatories]
    assert {it.role for it in after.signatories} == SIGNATORIES[kind]
    assert all((it.place is None) == (it.signed_on is None) for it in after.signatories)
    if after.signed_on is not None:
        assert None not in dates, "it is signed by fewer than its roles"
        assert after.signed_on == max(it for it in dates if it)
    elif after.called_back_on is None:
        assert None in dates, "all have signed, and it is not signed"
    assert before.signed_on is None or after.signed_on is not None, "what was signed is not signed any more"
    assert after.called_back_on is None or after.signed_on is None
    assert before.called_back_on == after.called_back_on or before.called_back_on is None
    for was, now in zip(before.signatories, after.signatories, strict=True):
        assert was.signed_on is None or was.person == now.person, "somebody signed for another"


@pytest.mark.parametrize("kind", SIGNATORIES)
@given(acts=st.lists(acts, max_size=20))
@settings(max_examples=300, deadline=None)
def test_no_agreement_is_signed_by_fewer_than_its_roles(kind: Kind, acts: Sequence[Act]) -> None:
    it = replace(SENT, signatories=tuple(Signatory(role=role, person="a") for role in sorted(SIGNATORIES[kind])))
    for act in acts:
        try:
            after = act(it)
        except Refused:
            continue
        check(it, after, kind)
        it = after
