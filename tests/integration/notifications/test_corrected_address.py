"""Somebody's address is corrected in registration: what still matters goes to it, and what does not, does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts.envelope import Event
from shared.contracts.questions import Recipient, WhoIsConcerned
from shared.database import Database
from tests.integration.notifications.world import ADA, LATER, FakeAsk, marks_left, queued, send, take, work
from tests.support.databases import set_clock
from tests.support.events import (
    accepted,
    credit_note,
    group_changed,
    invoice,
    party,
    programme,
    received,
    sent,
    session,
    session_id,
    signed,
)
from tests.support.smtp import MailServer

CORRECTED = Recipient(person=ADA.person, name=ADA.name, email="ada@riktig.example")


async def happens(database: Database, ask: FakeAsk, smtp: MailServer, *news: Event[Any]) -> None:
    for event in news:
        await take(database, event)
        await work(database, ask)
    await send(database, smtp)


@pytest.fixture
async def told(database: Database, ask: FakeAsk, smtp: MailServer) -> Database:
    """Ada has been told of all that she can be told of; of a session that is past by now, too."""
    past = session(n=3, last_day=date(2024, 9, 3))
    news: list[Event[Any]] = [
        programme(),
        party(1),
        received(1),
        accepted(1),
        sent(1),
        past,
        session(),
        session(n=2, last_day=LATER),
    ]
    await happens(database, ask, smtp, *news, session("moved", version=2, last_day=LATER))
    invoices = [invoice(1, number=1, due_on=date(2024, 9, 9)), invoice(1, number=2), invoice(1, number=3)]
    await happens(database, ask, smtp, *invoices, credit_note(1, invoice=3))
    await set_clock(database, datetime(2024, 9, 10, 12, tzinfo=UTC))
    return database


async def correct(database: Database, ask: FakeAsk, smtp: MailServer, version: int = 1) -> None:
    ask.concerned(1, CORRECTED)
    await happens(database, ask, smtp, group_changed(1, version))


def sent_to(address: str, smtp: MailServer) -> list[str]:
    return [str(it["Subject"]) for it in smtp.to(address)]


async def test_entries_that_lie_ahead_the_agreement_to_sign_and_what_is_to_be_paid_go_to_the_new_address(
    told: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    before = len(smtp.to(ADA.email))
    await correct(told, ask, smtp)
    anew = await queued(told, address=CORRECTED.email)
    assert sorted((it.kind, it.session, it.sequence) for it in anew) == [
        ("agreement_to_sign", None, None),
        ("invoice", None, None),
        ("session_invitation", session_id(1), 2),
        ("session_invitation", session_id(2), 1),
    ]
    (to_pay,) = (it for it in anew if it.kind == "invoice")
    assert to_pay.content["document"]["number"] == 2
    assert {it.state for it in anew} == {"sent"}
    assert len(sent_to(CORRECTED.email, smtp)) == 4
    assert len(smtp.to(ADA.email)) == before
    assert await marks_left(told) == 0


async def test_it_is_sent_once(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    for version in (1, 2, 3):
        await correct(told, ask, smtp, version)
    assert len(smtp.to(CORRECTED.email)) == 4


async def test_what_a_later_change_has_overtaken_is_not_sent(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await happens(told, ask, smtp, signed(1), session("cancelled", version=3), credit_note(1, number=2, invoice=2))
    await correct(told, ask, smtp)
    assert [(it.kind, it.session) for it in await queued(told, address=CORRECTED.email)] == [
        ("session_invitation", session_id(2))
    ]


async def test_what_was_not_sent_yet_goes_to_the_new_address_alone(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await take(database, programme(), party(1), accepted(1), session(), sent(1))
    await work(database, ask)
    await correct(database, ask, smtp)
    assert smtp.to(ADA.email) == []
    assert sorted(it.kind for it in await queued(database)) == [
        "agreement_to_sign",
        "application_accepted",
        "session_invitation",
    ]
    assert {it.address for it in await queued(database)} == {CORRECTED.email}


async def test_what_failed_at_the_wrong_address_goes_to_the_right_one(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    smtp.answer(ADA.email, "550 5.1.1 no such user")
    await happens(database, ask, smtp, programme(), party(1), accepted(1), session(), sent(1))
    await correct(database, ask, smtp)
    assert sorted(it.kind for it in await queued(database, state="sent")) == ["agreement_to_sign", "session_invitation"]


async def test_it_waits_for_an_answer(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    ask.concerned(1, CORRECTED)
    ask.silent.add(WhoIsConcerned)
    await happens(told, ask, smtp, group_changed(1))
    assert smtp.to(CORRECTED.email) == []
    assert await marks_left(told) > 0
    ask.silent.clear()
    await work(told, ask)
    await send(told, smtp)
    assert len(smtp.to(CORRECTED.email)) == 4


async def test_an_address_in_other_letters_is_the_same(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    before = len(smtp.deliveries)
    ask.concerned(1, Recipient(person=ADA.person, name=ADA.name, email=ADA.email.upper()))
    await happens(told, ask, smtp, group_changed(1))
    assert len(smtp.deliveries) == before
