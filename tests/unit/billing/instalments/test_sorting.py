from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.billing.approvals.domain.held import Held, Waiting
from services.billing.approvals.domain.news import News
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain.difference import Difference, difference
from services.billing.instalments.domain.sorting import Sorted, sort
from services.billing.occasions.domain.deliveries import JointSession
from services.billing.occasions.domain.release import Release
from tests.unit.billing.samples import AGREEMENT, DAYS, FIRST, SECOND, carry_out, occasions, release, session

REVOKED = session(1, state="planned", event_id="2-revoked")
NO_NEWS = News()
ALL_IS_NEWS = News(agreements={AGREEMENT.id})
ISSUED = carry_out(AGREEMENT, occasions(FIRST), [])


def sorted_(
    *known: JointSession | Release,
    issued: list[Invoice] | None = None,
    waiting: Mapping[int, Waiting] | None = None,
    news: News = ALL_IS_NEWS,
) -> Sorted:
    gap = difference(AGREEMENT, occasions(*known), ISSUED if issued is None else issued)
    return sort(AGREEMENT, gap, waiting or {}, news)


def of(gap: Difference) -> tuple[list[int], list[int]]:
    """The instalments that are issued, and those that are credited."""
    return [it.instalment for it in gap.issue], [it.invoice.instalment for it in gap.credit]


def waits(asked: list[Held], *, is_approved: bool = False) -> dict[int, Waiting]:
    return {it.instalment: Waiting(held=it, is_approved=is_approved) for it in asked}


def test_what_follows_from_news_is_done_at_once() -> None:
    found = sorted_(FIRST, SECOND)
    assert (of(found.now), found.asked, found.over) == (([2], []), [], [])
    gap = difference(replace(AGREEMENT, ends_on=DAYS[1]), occasions(FIRST), ISSUED)
    assert of(sort(AGREEMENT, gap, {}, ALL_IS_NEWS).now) == ([], [1])


def test_what_follows_from_a_revocation_may_have_to_be_asked_for_with_what_takes_its_place() -> None:
    found = sorted_(REVOKED, SECOND, release(1))
    assert (of(found.now), of(found.doubtful)) == (([2], []), ([1], [1]))
    first = found.asked[0]
    assert (first.invoice, first.reason, first.delivery, first.documents) == (1, "completion_revoked", "r1", 2)


def test_what_no_news_explains_may_have_to_be_asked_for() -> None:
    found = sorted_(FIRST, issued=[], news=NO_NEWS)
    assert (of(found.now), of(found.doubtful)) == (([], []), ([1], []))
    assert [(it.amount_ore, it.delivery, it.documents) for it in found.asked] == [(666_667, "s1", 1)]


def test_news_of_a_session_or_a_release_explains_the_invoices_that_name_it_and_no_others() -> None:
    found = sorted_(FIRST, SECOND, release(3), issued=[], news=News(occasions={"s2", "r3"}))
    assert (of(found.now), of(found.doubtful)) == (([2, 3], []), ([1], []))


def test_news_of_a_session_explains_no_credit_for_an_end_that_the_agreement_has_not_told_of() -> None:
    gap = difference(replace(AGREEMENT, ends_on=DAYS[1]), occasions(FIRST), ISSUED)
    found = sort(AGREEMENT, gap, {}, News(occasions={"s1"}))
    assert (of(found.now), of(found.doubtful)) == (([], []), ([], [1]))


def test_what_is_held_waits_and_the_other_instalments_go_on() -> None:
    held = waits(sorted_(REVOKED).asked)
    found = sorted_(REVOKED, SECOND, waiting=held)
    assert (of(found.now), found.asked, found.over) == (([2], []), [], [])


def test_what_is_approved_is_done_and_no_longer_held() -> None:
    approved = waits(sorted_(REVOKED).asked, is_approved=True)
    found = sorted_(REVOKED, waiting=approved)
    assert (of(found.now), found.over) == (([], [1]), [1])


def test_what_has_changed_since_it_was_approved_is_asked_for_anew() -> None:
    approved = waits(sorted_(REVOKED).asked, is_approved=True)
    found = sorted_(REVOKED, release(1), waiting=approved)
    assert (of(found.now), of(found.doubtful), found.was_held) == (([], []), ([1], [1]), True)


def test_what_is_overtaken_is_held_no_longer() -> None:
    held = waits(sorted_(REVOKED).asked)
    found = sorted_(FIRST, waiting=held)
    assert (of(found.now), found.asked, found.over) == (([], []), [], [1])


def test_nothing_is_issued_beside_an_invoice_of_another_fee_that_would_be_credited() -> None:
    """It stands as long as its credit note waits, and the sum might pass the fee (B1). So both are asked for together."""
    less = replace(AGREEMENT, fee_ore=1_000_000)
    gap = difference(less, occasions(REVOKED, SECOND), ISSUED)
    assert of(gap) == ([2], [1])
    found = sort(less, gap, {}, ALL_IS_NEWS)
    assert (of(found.now), of(found.doubtful)) == (([], []), ([2], [1]))
    held = waits([it for it in found.asked if it.instalment == 1])
    assert of(sort(less, gap, held, ALL_IS_NEWS).now) == ([], [])
