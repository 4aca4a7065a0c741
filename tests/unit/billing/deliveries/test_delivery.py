"""The rule by which a document goes to its party, one line a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.deliveries.domain.answer import UNKNOWN, WORKING, Answer, trouble
from services.billing.deliveries.domain.delivery import (
    Delivery,
    Payer,
    after_answer,
    after_hold,
    after_mails,
    is_asked_first,
    is_late,
    is_to_be_submitted,
    pause,
)

NOW = datetime(2024, 9, 26, 10, tzinfo=UTC)
ID = "0192279c-6c80-7000-8000-000000000001"
EHF, EHF_ALONE = Payer(takes_ehf=True, by_mail_if_refused=True), Payer(takes_ehf=True, by_mail_if_refused=False)
EMAIL = Payer(takes_ehf=False, by_mail_if_refused=True)
IT = Delivery(
    id=ID,
    programme="regionalt-2024-2025",
    kind="invoice",
    number=1,
    document_number="FK1-1",
    party="942110464",
    version=0,
    state="queued",
    channel="ehf",
    submission=ID,
    access_point=None,
    accepted=False,
    tries=1,
    queued_at=NOW,
    try_at=NOW,
    receipt=None,
    why=None,
    mail_event=None,
    changed_at=NOW,
    changed_by=None,
)


def _after_hold(payer: Payer, *, access_point: bool = True, credited: bool = False) -> tuple[str, str | None]:
    it = after_hold(payer, is_credited=credited, has_access_point=access_point, invoice=None)
    return it.state, it.why


def test_an_invoice_goes_as_its_party_takes_it() -> None:
    assert _after_hold(EHF) == ("queued", None)
    assert _after_hold(EMAIL) == ("by_mail", None)
    assert _after_hold(EMAIL, access_point=False) == ("by_mail", None)


def test_without_an_access_point_nothing_pretends() -> None:
    assert _after_hold(EHF, access_point=False) == ("by_mail", "no_access_point")
    assert _after_hold(EHF_ALONE, access_point=False) == ("undelivered", "no_access_point")


@pytest.mark.parametrize("payer", [EHF, EHF_ALONE, EMAIL])
def test_what_is_credited_while_it_is_held_goes_nowhere(payer: Payer) -> None:
    assert _after_hold(payer, credited=True) == ("recalled", None)
    note = after_hold(payer, is_credited=False, has_access_point=True, invoice=("recalled", None))
    assert note.state == "recalled"


@pytest.mark.parametrize("payer", [EHF, EMAIL])
def test_a_credit_note_goes_only_where_its_invoice_went(payer: Payer) -> None:
    """However its party takes invoices by then."""
    as_ehf = after_hold(payer, is_credited=False, has_access_point=True, invoice=("delivered", "ehf"))
    by_mail = after_hold(payer, is_credited=False, has_access_point=True, invoice=("delivered", "mail"))
    nowhere = after_hold(payer, is_credited=False, has_access_point=True, invoice=("undelivered", "ehf"))
    assert [it.state for it in (as_ehf, by_mail, nowhere)] == ["queued", "by_mail", "recalled"]


def test_only_its_own_verdict_refuses_a_document() -> None:
    for answer in (WORKING, UNKNOWN, trouble("http_500"), trouble("unreadable"), trouble("no_answer")):
        assert after_answer(IT, answer, EHF, now=NOW).state in ("queued", "submitted")
    refused = Answer(says="refused", why="permanently_failed")
    assert after_answer(IT, refused, EHF, now=NOW).state == "by_mail"
    assert after_answer(IT, refused, EHF_ALONE, now=NOW).state == "undelivered"


def test_three_days_without_a_verdict_are_enough() -> None:
    for answer in (WORKING, UNKNOWN, trouble("unreachable")):
        almost = after_answer(IT, answer, EHF, now=NOW + timedelta(days=3, seconds=-1))
        after = after_answer(IT, answer, EHF, now=NOW + timedelta(days=3))
        assert almost.state != "by_mail"
        assert (after.state, after.why) == ("by_mail", "no_verdict")
    delivered = Answer(says="delivered", receipt="1")
    assert after_answer(IT, delivered, EHF, now=NOW + timedelta(days=30)).state == "delivered"


def test_what_it_took_is_never_submitted_again_although_it_has_forgotten_it() -> None:
    taken = replace(IT, accepted=True, state="submitted", tries=7)
    assert not is_to_be_submitted(taken, UNKNOWN)
    assert after_answer(taken, UNKNOWN, EHF, now=NOW).state == "submitted"


def test_its_state_is_asked_before_every_repetition() -> None:
    assert not is_asked_first(IT)
    assert is_to_be_submitted(IT, None)
    again = replace(IT, tries=2)
    assert is_asked_first(again)
    assert is_to_be_submitted(again, UNKNOWN)
    for answer in (WORKING, trouble("http_500"), Answer(says="delivered"), Answer(says="refused")):
        assert not is_to_be_submitted(again, answer)


def test_it_is_tried_again_after_minutes_and_then_after_hours() -> None:
    ages = [timedelta(), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=40)]
    assert [pause(it) for it in ages] == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=1),
    ]


def test_after_a_day_somebody_is_to_look() -> None:
    assert not is_late(IT, NOW + timedelta(hours=23))
    assert is_late(IT, NOW + timedelta(hours=24))
    assert not is_late(replace(IT, state="delivered"), NOW + timedelta(hours=24))


def test_of_several_mails_one_that_is_sent_delivers() -> None:
    assert after_mails(sent=False, failed=False) is None
    sent, failed = after_mails(sent=True, failed=True), after_mails(sent=False, failed=True)
    assert sent is not None
    assert failed is not None
    assert (sent.state, failed.state, failed.why) == ("delivered", "undelivered", "mail_failed")


answers = st.sampled_from(
    [WORKING, UNKNOWN, trouble("http_500"), Answer(says="delivered"), Answer(says="refused", why="rejected")]
)


@given(st.lists(st.tuples(answers, answers, st.booleans()), max_size=12))
def test_no_order_of_answers_and_deaths_submits_what_was_taken(tries: list[tuple[Answer, Answer, bool]]) -> None:
    """Its state, what it answers to a submission, and whether this process dies before it has noted that."""
    it, was_taken = replace(IT, tries=0), False
    for state, submitted, dies in tries:
        it = replace(it, tries=it.tries + 1)
        said = state if was_taken or state.says != "working" else UNKNOWN
        answer = said if is_asked_first(it) else None
        if is_to_be_submitted(it, answer):
            assert not it.accepted
            was_taken = was_taken or submitted.says == "working"
            answer = submitted
        if dies or answer is None:
            continue
        step = after_answer(it, answer, EHF, now=NOW)
        if step.state not in ("queued", "submitted"):
            return
        it = replace(it, state=step.state, accepted=step.accepted)
