"""Missing attendance is asked for by mail, and no more once it is recorded (N1, S5)."""

from __future__ import annotations

import pytest

from services.notifications.letters.use_cases.resend_mail import resend_mail
from services.notifications.letters.use_cases.retry_mail import retry_mail
from shared.contracts.questions import WhatSession, WhoIsConcerned
from shared.database import Database
from shared.errors import Conflict
from tests.integration.notifications.world import ADA, FakeAsk, queued, send, take, work
from tests.support.events import attendance, attendance_missing, party, programme, session, signed
from tests.support.smtp import MailServer

KIND = "attendance_missing"
NO_SUCH_USER = "550 5.1.1 no such user"


@pytest.fixture
async def asked(database: Database, ask: FakeAsk) -> Database:
    """Party 1 was asked for its attendance at the first joint session."""
    await take(database, programme(), party(1, language_form="nynorsk"), signed(1), session("completed", version=2))
    await take(database, attendance_missing(1))
    return database


async def test_the_contact_person_is_asked_once_a_stage(asked: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await work(asked, ask)
    await take(asked, attendance_missing(1, stage=2))
    await work(asked, ask)
    await work(asked, ask)
    first, second = await queued(asked, kind=KIND)
    assert {it.person for it in (first, second)} == {ADA.person}
    assert (first.language, first.content["attendance"]["title"]) == ("nn", "Fellessamling")
    assert [it.content["attendance"]["stage"] for it in (first, second)] == [1, 2]
    purposes = {it.purpose for it in ask.asked if isinstance(it, WhoIsConcerned) and it.purpose != "invitation"}
    assert "attendance" in purposes
    await send(asked, smtp)
    subjects = [str(it["Subject"]) for it in smtp.to(ADA.email)]
    assert [it for it in subjects if "Fellessamling" in it and "Kven" in it] == [
        "Kven frå Kommune 1 var med på Fellessamling?",
        "Påminning: Kven frå Kommune 1 var med på Fellessamling?",
    ]


async def test_it_waits_until_scheduling_says_what_the_session_is_called(asked: Database, ask: FakeAsk) -> None:
    ask.silent.add(WhatSession)
    await work(asked, ask)
    assert await queued(asked, kind=KIND) == []
    ask.silent.clear()
    await work(asked, ask)
    assert len(await queued(asked, kind=KIND)) == 1


async def test_what_is_recorded_before_it_is_written_is_not_asked_for(asked: Database, ask: FakeAsk) -> None:
    await take(asked, attendance(1))
    await work(asked, ask)
    assert await queued(asked, kind=KIND) == []


async def test_nor_is_it_once_the_session_is_cancelled(asked: Database, ask: FakeAsk) -> None:
    await take(asked, session("cancelled", version=3))
    await work(asked, ask)
    assert await queued(asked, kind=KIND) == []


async def test_what_is_recorded_before_it_is_sent_is_not_sent(asked: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await work(asked, ask)
    await take(asked, attendance(1))
    await send(asked, smtp)
    (mail,) = await queued(asked, kind=KIND)
    assert mail.state == "failed"
    with pytest.raises(Conflict) as refused:
        await retry_mail(asked, mail.id, by="an administrator")
    assert refused.value.code == "overtaken_by_a_later_mail"


async def test_what_was_sent_is_not_sent_again_once_it_is_recorded(
    asked: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await work(asked, ask)
    await send(asked, smtp)
    (mail,) = await queued(asked, kind=KIND)
    assert mail.state == "sent"
    await take(asked, attendance(1))
    with pytest.raises(Conflict) as refused:
        await resend_mail(asked, mail.id, by="an administrator")
    assert refused.value.code == "overtaken"


async def test_what_is_recorded_in_part_is_still_asked_for(asked: Database, ask: FakeAsk) -> None:
    whole = attendance(1)
    await take(asked, attendance(1, days=whole.data.days[:1]))
    await work(asked, ask)
    assert len(await queued(asked, kind=KIND)) == 1
