"""The programme's contact person hears weekly of what is not invoiced, as it is when the mail is written (B8, N1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.letters.adopting import ADOPTIONS
from shared.contracts.notifications import MAIL_SENT, Mail
from shared.contracts.questions import PastSession, UnbilledOfProgramme, UndeliveredDocument, WhatIsUnbilled
from shared.database import Database
from shared.ids import new_id
from tests.integration.notifications.test_address_of_feed import bodies
from tests.integration.notifications.world import EVA, FakeAsk, queued, send, take, waiting, work
from tests.support.databases import set_clock
from tests.support.events import PROGRAMME, programme, unbilled_reported
from tests.support.facts import events_of
from tests.support.smtp import MailServer

KIND = "unbilled_report"
NOTHING = UnbilledOfProgramme(count=0, first=(), not_completed=())
MONDAY = datetime(2024, 10, 21, 8, tzinfo=UTC)  # of week 43


@pytest.fixture
async def told(database: Database, ask: FakeAsk) -> Database:
    await set_clock(database, MONDAY)
    ask.for_purpose["programme"] = [EVA]
    await take(database, programme(), unbilled_reported())
    return database


async def states(database: Database) -> list[str]:
    return [it.state for it in await queued(database, kind=KIND)]


async def test_the_contact_person_hears_of_it_though_it_is_about_no_party(
    told: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await work(told, ask)
    assert [(it.programme, it.on) for it in ask.asked if isinstance(it, WhatIsUnbilled)] == [(PROGRAMME, MONDAY.date())]
    await send(told, smtp)
    (mail,) = await queued(told, kind=KIND)
    assert (mail.state, mail.party, mail.language) == ("sent", "", "nb")
    (event,) = [it for it in await events_of(told) if it.type == MAIL_SENT.type]
    assert (event.data.kind, event.data.programme, event.data.party) == (KIND, PROGRAMME, None)
    (body, _) = bodies(smtp.to(EVA.email)[0])
    assert "Kommune 1" in body
    assert "()" not in body


async def test_nothing_is_written_of_what_is_seen_to_by_then(told: Database, ask: FakeAsk) -> None:
    ask.unbilled = NOTHING
    await work(told, ask)
    assert await states(told) == []
    assert await waiting(told) == []


async def test_a_session_alone_is_written_of(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    session = PastSession(title=None, instalment=2, last_day=MONDAY.date() - timedelta(days=4))
    ask.unbilled = NOTHING.model_copy(update={"not_completed": (session,)})
    await work(told, ask)
    await send(told, smtp)
    (body, _) = bodies(smtp.to(EVA.email)[0])
    assert "Fysisk fellessamling, siste dag 17. oktober 2024" in body.replace("\xa0", " ")


async def test_what_did_not_arrive_alone_is_written_of(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    document = UndeliveredDocument(
        kind="invoice",
        document_number="FK1-3",
        party="942110464",
        party_name="Melhus",
        is_under_way=False,
        why="no_access_point",
    )
    ask.unbilled = NOTHING.model_copy(update={"undelivered": (document,)})
    await work(told, ask)
    await send(told, smtp)
    (message,) = smtp.to(EVA.email)
    (body, _) = bodies(message)
    assert message["Subject"].startswith("Fakturaer som ikke er levert")
    assert "FK1-3: det er ikke satt opp noe aksesspunkt" in " ".join(body.split())
    assert "raten" not in body


async def test_it_waits_for_a_contact_person_and_no_longer_than_its_week(told: Database, ask: FakeAsk) -> None:
    ask.for_purpose["programme"] = []
    await work(told, ask)
    assert (KIND, None, "recipient") in await waiting(told)
    await set_clock(told, MONDAY + timedelta(days=6))
    ask.for_purpose["programme"] = [EVA]
    await take(told, programme(version=2))
    await work(told, ask)
    assert await states(told) == ["queued"]


async def test_of_a_week_that_is_over_nothing_is_written_or_sent(
    told: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.silent.add(WhatIsUnbilled)
    await work(told, ask)
    assert await states(told) == []
    await set_clock(told, MONDAY + timedelta(days=7))
    ask.silent.clear()
    await take(told, unbilled_reported("2024-W44"))
    await work(told, ask)
    assert await states(told) == ["queued"]
    await set_clock(told, MONDAY + timedelta(days=14))
    await send(told, smtp)
    assert await states(told) == ["failed"]
    assert smtp.to(EVA.email) == []


async def test_what_was_sent_is_taken_back_from_its_event(database: Database) -> None:
    it = Mail(version=2, id=new_id(), kind=KIND, programme=PROGRAMME, state="sent", event=new_id(), person="eva")
    async with database.transaction() as connection:
        await ADOPTIONS[MAIL_SENT](connection, MAIL_SENT.event(it, id=new_id(), time=MONDAY))
    (mail,) = await queued(database, kind=KIND)
    assert (mail.party, mail.state) == ("", "sent")
