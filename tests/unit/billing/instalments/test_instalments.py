from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain.difference import Difference, difference, standing
from services.billing.occasions.domain.deliveries import JointSession
from services.billing.occasions.domain.release import Release
from shared.money import split_fee
from tests.unit.billing.samples import (
    AGREEMENT,
    DAYS,
    FIRST,
    SECOND,
    amounts,
    carry_out,
    occasions,
    release,
    session,
    waived,
)


def test_the_fee_of_the_document_is_split_into_its_three_instalments() -> None:
    assert split_fee(2_000_000) == [666_667, 666_667, 666_666]


@given(fee=st.integers(0, 10_000_000))
def test_instalments_sum_to_the_fee_and_differ_by_an_ore_at_most(fee: int) -> None:
    split = split_fee(fee)
    assert sum(split) == fee
    assert max(split) - min(split) <= 1
    assert split == sorted(split, reverse=True)


def test_the_first_physical_session_makes_the_first_instalment_due() -> None:
    assert amounts(difference(AGREEMENT, occasions(FIRST), [])) == {1: 666_667}


def test_the_number_that_a_session_carries_decides_and_not_the_order_of_completion() -> None:
    third_before_first = occasions(session(3, date(2024, 9, 1)))
    assert amounts(difference(AGREEMENT, third_before_first, [])) == {3: 666_666}


def test_who_signs_late_owes_what_fell_due_before() -> None:
    late = replace(AGREEMENT, signed_on=date(2024, 10, 15))
    assert amounts(difference(late, occasions(FIRST), [])) == {1: 666_667}


def test_who_has_not_signed_owes_nothing() -> None:
    assert amounts(difference(replace(AGREEMENT, signed_on=None), occasions(FIRST), [])) == {}


def test_an_agreement_that_ends_on_the_last_day_of_a_session_does_not_owe_it() -> None:
    ended = replace(AGREEMENT, ends_on=DAYS[2])
    assert amounts(difference(ended, occasions(FIRST, SECOND), [])) == {1: 666_667}
    ended_later = replace(AGREEMENT, ends_on=DAYS[2] + timedelta(days=1))
    assert amounts(difference(ended_later, occasions(FIRST, SECOND), [])) == {1: 666_667, 2: 666_667}


def test_nobody_is_sent_an_invoice_of_nothing() -> None:
    assert amounts(difference(replace(AGREEMENT, fee_ore=1), occasions(FIRST, SECOND), [])) == {1: 1}


def test_a_session_and_a_release_of_the_same_instalment_make_it_due_once_for_the_earlier() -> None:
    gap = difference(AGREEMENT, occasions(session(1), release(1, DAYS[1] - timedelta(days=3))), [])
    assert [(it.instalment, it.delivery.id) for it in gap.issue] == [(1, "r1")]


def test_an_invoice_is_credited_and_issued_anew_where_a_release_upholds_its_instalment_but_not_what_it_names() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    revoked = session(1, state="planned", event_id="2-revoked")
    gap = difference(AGREEMENT, occasions(revoked, release(1)), issued)
    assert [(it.reason, it.because) for it in gap.credit] == [("completion_revoked", "2-revoked")]
    assert [(it.instalment, it.attempt, it.delivery.id) for it in gap.issue] == [(1, 2, "r1")]
    withdrawn = difference(AGREEMENT, occasions(revoked, release(1, withdrawn=True)), issued)
    assert (len(withdrawn.credit), withdrawn.issue) == (1, [])


def test_an_invoice_stands_beside_a_release_that_counts_earlier() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    earlier = release(1, DAYS[1] - timedelta(days=9))
    assert difference(AGREEMENT, occasions(FIRST, earlier), issued) == Difference(issue=[], credit=[])


def test_a_session_that_was_completed_again_on_other_days_is_credited_and_invoiced_on_these() -> None:
    """In one look: nothing was seen of it while its completion was revoked."""
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    days_later = session(1, DAYS[1] + timedelta(days=7), event_id="4-completed")
    gap = difference(AGREEMENT, occasions(days_later), issued)
    assert [(it.reason, it.because) for it in gap.credit] == [("completion_revoked", "4-completed")]
    assert [(it.attempt, it.delivery.last_day) for it in gap.issue] == [(2, DAYS[1] + timedelta(days=7))]
    again = carry_out(AGREEMENT, occasions(days_later), issued)
    assert difference(AGREEMENT, occasions(days_later), again) == Difference(issue=[], credit=[])


def test_another_place_or_title_changes_no_invoice() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    corrected = session(1, place="Levanger", title="Oppstart", event_id="3-changed")
    assert difference(AGREEMENT, occasions(corrected), issued) == Difference(issue=[], credit=[])


def test_an_invoice_whose_days_are_lost_stands_on_whatever_days_its_session_was() -> None:
    (invoice,) = carry_out(AGREEMENT, occasions(FIRST), [])
    lost = replace(invoice, delivered_from=None, delivered_to=None)
    moved = session(1, DAYS[1] + timedelta(days=7))
    assert difference(AGREEMENT, occasions(moved), [lost]) == Difference(issue=[], credit=[])


def test_an_end_that_excludes_the_session_credits_it_though_an_earlier_release_counts() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    earlier = release(1, DAYS[1] - timedelta(days=9))
    ended = replace(AGREEMENT, ends_on=DAYS[1] - timedelta(days=2), event_id="2-ended")
    gap = difference(ended, occasions(FIRST, earlier), issued)
    assert [(it.reason, it.because) for it in gap.credit] == [("agreement_ended", "2-ended")]
    assert [(it.attempt, it.delivery.id) for it in gap.issue] == [(2, "r1")]


def test_an_end_dated_back_credits_what_was_issued_and_taking_it_back_issues_anew() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    dated_back = replace(AGREEMENT, ends_on=date(2024, 9, 1), event_id="2-ended")
    (credit,) = difference(dated_back, occasions(FIRST), issued).credit
    assert (credit.invoice, credit.reason, credit.because) == (issued[0], "agreement_ended", "2-ended")
    credited = carry_out(dated_back, occasions(FIRST), issued)
    assert difference(dated_back, occasions(FIRST), credited) == Difference(issue=[], credit=[])
    again = difference(AGREEMENT, occasions(FIRST), credited).issue
    assert [(it.instalment, it.attempt) for it in again] == [(1, 2)]


def test_what_is_waived_is_not_issued_and_what_was_issued_is_credited_for_that() -> None:
    assert difference(AGREEMENT, occasions(FIRST), [], waived(1)) == Difference(issue=[], credit=[])
    issued = carry_out(AGREEMENT, occasions(FIRST, SECOND), [])
    (credit,) = difference(AGREEMENT, occasions(FIRST, SECOND), issued, waived(1)).credit
    assert (credit.invoice, credit.reason, credit.because) == (issued[0], "instalment_waived", "2-waived")
    credited = carry_out(AGREEMENT, occasions(FIRST, SECOND), issued, waived(1))
    assert difference(AGREEMENT, occasions(FIRST, SECOND), credited, waived(1)) == Difference(issue=[], credit=[])
    again = difference(AGREEMENT, occasions(FIRST, SECOND), credited).issue
    assert [(it.instalment, it.attempt) for it in again] == [(1, 2)]


def test_a_waiver_is_not_named_where_something_else_made_the_invoice_wrong() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    revoked = session(1, state="planned", event_id="3-revoked")
    (credit,) = difference(AGREEMENT, occasions(revoked), issued, waived(1)).credit
    assert (credit.reason, credit.because) == ("completion_revoked", "3-revoked")


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        (session(1, state="planned", event_id="2-revoked"), "completion_revoked"),
        (session(2, id="s1", event_id="2-revoked"), "completion_revoked"),
        (release(1, withdrawn=True, event_id="2-revoked"), "release_withdrawn"),
    ],
)
def test_a_credit_names_the_news_that_what_it_was_issued_for_is_gone(gone: JointSession | Release, reason: str) -> None:
    there = session(1) if isinstance(gone, JointSession) else release(1)
    issued = carry_out(AGREEMENT, occasions(there), [])
    (credit,) = difference(AGREEMENT, occasions(gone), issued).credit
    assert (credit.reason, credit.because) == (reason, "2-revoked")


@pytest.mark.parametrize("of_agreement", ["1-amended", "3-amended", "3-ended"])
def test_a_credit_names_what_befell_its_session_however_young_the_news_of_its_agreement_is(of_agreement: str) -> None:
    """And though another session that carries its number lies after the agreement's end."""
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    known = occasions(session(1, state="planned", event_id="2-revoked"), session(1, DAYS[3], id="later"))
    agreement = replace(AGREEMENT, ends_on=DAYS[2] if "ended" in of_agreement else None, event_id=of_agreement)
    (credit,) = difference(agreement, known, issued).credit
    assert (credit.reason, credit.because) == ("completion_revoked", "2-revoked")


def test_an_invoice_of_a_session_that_is_not_known_at_all_is_not_credited() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    with pytest.raises(KeyError):
        difference(AGREEMENT, occasions(SECOND), issued)


def test_a_fee_that_falls_after_an_instalment_has_the_others_set_aside_until_that_one_is_credited() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    less = replace(AGREEMENT, fee_ore=1_000_000)
    everything = occasions(FIRST, SECOND, session(3))
    assert difference(less, everything, issued) == Difference(issue=[], credit=[], fee_changed=[2, 3])
    credited = [replace(it, credited_by=1) for it in issued]
    assert amounts(difference(less, everything, credited)) == {1: 333_334, 2: 333_333, 3: 333_333}


def test_a_fee_that_differs_in_no_instalment_that_stands_holds_up_nothing() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    one_ore_less = replace(AGREEMENT, fee_ore=1_999_999)
    assert amounts(difference(one_ore_less, occasions(FIRST, SECOND), issued)) == {2: 666_666}


days = st.dates(date(2024, 8, 1), date(2025, 12, 31))
joint_sessions = st.builds(
    session,
    st.none() | st.integers(1, 3),
    days,
    id=st.sampled_from(["s1", "s2", "s3", "s4"]),
    state=st.sampled_from(["planned", "completed", "cancelled"]),
    format=st.sampled_from(["physical", "digital"]),
)
releases = st.builds(release, st.integers(1, 3), days, id=st.sampled_from(["r1", "r2"]), withdrawn=st.booleans())
known = st.lists(joint_sessions | releases, max_size=6, unique_by=lambda it: it.id)


@given(
    ends_on=st.none() | days,
    fee_ore=st.integers(0, 3_000_000),
    stages=st.lists(st.tuples(known, st.none() | days), max_size=5),
    last=known,
)
def test_whatever_becomes_known_and_unknown_in_between_only_the_last_state_counts(
    ends_on: date | None,
    fee_ore: int,
    stages: list[tuple[list[JointSession | Release], date | None]],
    last: list[JointSession | Release],
) -> None:
    agreement = replace(AGREEMENT, ends_on=ends_on, fee_ore=fee_ore)
    # Nothing that was ever known is forgotten: it stays, and counts no longer.
    seen: dict[str, JointSession | Release] = {}
    issued: list[Invoice] = []
    for stage, end in [*stages, (last, ends_on)]:
        seen = {id: _uncounted(it) for id, it in seen.items()} | {it.id: it for it in stage}
        issued = carry_out(replace(agreement, ends_on=end), occasions(*seen.values()), issued)
    now = {n: it.amount_ore for n, it in standing(issued).items()}
    assert now == amounts(difference(agreement, occasions(*last), []))
    assert len({(it.instalment, it.attempt) for it in issued}) == len(issued)
    assert sum(now.values()) <= fee_ore
    assert len(now) < 3 or sum(now.values()) == fee_ore


def _uncounted(it: JointSession | Release) -> JointSession | Release:
    return replace(it, state="cancelled") if isinstance(it, JointSession) else replace(it, withdrawn=True)


@given(stages=st.lists(st.tuples(known, st.none() | days, st.integers(0, 3_000_000)), max_size=6))
def test_whatever_becomes_of_the_fee_no_sum_ever_passes_it_by_what_is_issued(
    stages: list[tuple[list[JointSession | Release], date | None, int]],
) -> None:
    seen: dict[str, JointSession | Release] = {}
    issued: list[Invoice] = []
    for stage, ends_on, fee_ore in stages:
        seen = {id: _uncounted(it) for id, it in seen.items()} | {it.id: it for it in stage}
        agreement = replace(AGREEMENT, ends_on=ends_on, fee_ore=fee_ore)
        gap = difference(agreement, occasions(*seen.values()), issued)
        issued = carry_out(agreement, occasions(*seen.values()), issued)
        stands = [it.amount_ore for it in standing(issued).values()]
        if gap.issue:
            assert sum(stands) <= fee_ore
            assert len(stands) < 3 or sum(stands) == fee_ore
        assert not (gap.issue and gap.fee_changed)
