"""The work that the service runs, and what it says is left of it (/operations/state)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from services.notifications import tables
from services.notifications.app import DueWork
from services.notifications.settings import Settings
from shared.clock import real_now
from shared.contracts.questions import WhatSession, WhoIsConcerned
from shared.database import Database
from tests.integration.notifications.world import ADA, FakeAsk, marks_left, queued, take
from tests.support.events import accepted, party, programme, session
from tests.support.smtp import MailServer


@pytest.fixture
def work(database: Database, smtp: MailServer) -> DueWork:
    url = database.url.render_as_string(hide_password=False)
    server = {"smtp_host": smtp.host, "smtp_port": smtp.port, "smtp_starttls": False}
    return DueWork(database, Settings(database_url=url, keys_file=Path("none.json"), **server))  # type: ignore[arg-type]


async def left(database: Database, work: DueWork) -> dict[str, int]:
    return {"marks": await marks_left(database), "mails": (await work.mails()).sendable}


async def run(work: DueWork, ask: FakeAsk, *names: str) -> None:
    for it in work.of(ask):
        if it.name in names:
            await it.run()


async def test_what_is_left_is_counted_until_everything_is_sent(
    database: Database, work: DueWork, ask: FakeAsk, smtp: MailServer
) -> None:
    nothing = {"marks": 0, "mails": 0}
    await run(work, ask, "write mails")  # has looked at this day
    assert await left(database, work) == nothing
    await take(database, programme(), party(1), accepted(1), session())
    before = await left(database, work)
    assert before["marks"] > 0
    assert before["mails"] == 1  # the mailing
    await run(work, ask, "write mails")
    assert await left(database, work) == nothing | {"mails": 2}
    await run(work, ask, "send mails")
    assert await left(database, work) == nothing
    assert [it["Message-ID"].endswith("@kulturskoleradet.example>") for it in smtp.to(ADA.email)] == [True, True]


async def test_who_is_accepted_reads_so_before_being_invited(database: Database, work: DueWork, ask: FakeAsk) -> None:
    await take(database, programme(), party(1), session(), accepted(1))
    await run(work, ask, "write mails")
    assert [mail.kind for mail in await queued(database)] == ["application_accepted", "session_invitation"]


async def test_what_waits_for_an_answer_is_left(database: Database, work: DueWork, ask: FakeAsk) -> None:
    ask.silent |= {WhoIsConcerned, WhatSession}
    await take(database, programme(), party(1), accepted(1), session())
    await run(work, ask, "write mails")
    after = await left(database, work)
    assert after["marks"] > 0
    assert after["mails"] == 1


async def test_what_waits_for_a_recipient_is_nothing_to_be_done(
    database: Database, work: DueWork, ask: FakeAsk
) -> None:
    ask.concerned(1)
    await take(database, programme(), party(1), accepted(1), session())
    await run(work, ask, "write mails")
    assert set((await left(database, work)).values()) == {0}


async def test_a_mail_that_is_put_off_is_not_sendable_now(
    database: Database, work: DueWork, ask: FakeAsk, smtp: MailServer
) -> None:
    smtp.answer(ADA.email, "451 busy")
    await take(database, programme(), party(1), accepted(1))
    await run(work, ask, "write mails")
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(tries=20))  # the next pause outlasts any test
    assert (await work.mails()).sendable == 1
    before = real_now()
    await run(work, ask, "send mails")
    left = await work.mails()
    assert (left.sendable, left.unsent) == (0, 1)
    assert left.oldest is not None
    assert left.oldest < before
