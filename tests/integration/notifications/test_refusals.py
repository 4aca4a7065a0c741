"""What is not the address' fault fails no mail, and holds up no other: against a real SMTP server that refuses."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from services.notifications import tables
from services.notifications.sending.use_cases.send_mails import MailSending
from shared import clock
from shared.database import Database
from tests.integration.notifications.world import FakeAsk, person, queued, sending, take, work
from tests.support.events import party, programme, received
from tests.support.smtp import MailServer

PEOPLE = [person(f"person-{n}") for n in range(40)]
ODD = PEOPLE[7]


@pytest.fixture
async def database(database: Database, ask: FakeAsk) -> Database:
    """Forty mails are queued."""
    ask.concerned(1, *PEOPLE)
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    return database


class Hours:
    """Time as patience has it: it stands until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr("shared.messaging.patience.time", SimpleNamespace(monotonic=lambda: self.now))

    async def pass_by(self, database: Database, run: MailSending, rounds: int) -> None:
        """So often an hour passes, and what was put off is due."""
        for _ in range(rounds):
            self.now += 3600
            async with database.transaction() as connection:
                later = tables.mail.c.try_at > await clock.database_now(connection)
                await connection.execute(
                    update(tables.mail).where(later).values(try_at=await clock.database_now(connection))
                )
            await run.run()


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(monkeypatch)


async def states(database: Database) -> Counter[str]:
    return Counter(it.state for it in await queued(database))


def refuse(smtp: MailServer, how: str, reply: str) -> None:
    if how == "hello":
        smtp.answer_hello(reply)
    if how == "sender":
        smtp.answer_sender(reply)
    for it in PEOPLE:
        if how == "recipient":
            smtp.answer(it.email, reply)
        if how == "content":
            smtp.answer_content(it.email, reply)


EVERY_MAIL = [
    ("hello", "504 5.5.2 need fully-qualified hostname"),
    ("hello", "550 go away"),
    ("sender", "530 5.7.0 Authentication required"),
    ("recipient", "504 5.5.2 Helo command rejected: need fully-qualified hostname"),
    ("recipient", "554 5.7.1 Relay access denied"),
    ("recipient", "550 relay not permitted"),
    ("content", "554 5.7.1 blocked by policy"),
    ("content", "550 5.3.0 no"),
]


@pytest.mark.parametrize(("how", "reply"), EVERY_MAIL)
async def test_a_refusal_of_every_mail_fails_none_is_told_once_and_ends_by_itself(
    database: Database, smtp: MailServer, hours: Hours, how: str, reply: str
) -> None:
    refuse(smtp, how, reply)
    run = sending(database, smtp)
    with capture_logs() as logs:
        await hours.pass_by(database, run, rounds=60)
    assert await states(database) == {"queued": 40}
    assert {it.tries for it in await queued(database)} == {0}
    assert run.trouble == f"the SMTP server {smtp.host}:{smtp.port} takes no mails: {reply}"
    assert [it["reason"] for it in logs if it["log_level"] == "warning"] == [reply]
    refuse(smtp, how, "")
    if how in ("recipient", "content"):
        refuse(smtp, how, "250 ok")
    await hours.pass_by(database, run, rounds=1)
    assert await states(database) == {"sent": 40}
    assert run.trouble is None


@pytest.mark.parametrize("connections", [1, 6])
@pytest.mark.parametrize("how", ["recipient", "content"])
async def test_one_mail_that_is_refused_as_ours_holds_up_no_other_and_fails_in_the_end(
    database: Database, smtp: MailServer, hours: Hours, how: str, connections: int
) -> None:
    if how == "recipient":
        smtp.answer(ODD.email, "550 5.7.1 not from you")
    else:
        smtp.answer_content(ODD.email, "550 5.7.1 not from you")
    run = sending(database, smtp, smtp_connections=connections)
    await hours.pass_by(database, run, rounds=5)
    assert await states(database) == {"sent": 39, "queued": 1}
    assert run.trouble is None
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(put_off_at=clock.START))
    await hours.pass_by(database, run, rounds=1)
    assert await states(database) == {"sent": 39, "failed": 1}


async def test_the_first_mail_of_all_that_is_refused_as_ours_has_its_next_turn_after_the_others(
    database: Database, smtp: MailServer, hours: Hours
) -> None:
    """Else it would be tried first each time, and each time the server would be left alone before the others' turn."""
    first = (await queued(database))[0]
    smtp.answer(first.address, "550 5.7.1 not from you")
    run = sending(database, smtp, smtp_connections=1)
    await run.run()
    assert await states(database) == {"queued": 40}
    await hours.pass_by(database, run, rounds=1)
    assert await states(database) == {"sent": 39, "queued": 1}


async def test_a_refusal_that_begins_amid_mails_that_are_taken_fails_none_however_long_it_lasts(
    database: Database, smtp: MailServer, hours: Hours
) -> None:
    """The first that is refused could be the only one; it is put off before the next shows that it is not."""
    first = (await queued(database))[0]
    refuse(smtp, "recipient", "554 5.7.1 Relay access denied")
    smtp.answer(first.address, "250 ok")
    run = sending(database, smtp, smtp_connections=1)
    await run.run()
    assert await states(database) == {"sent": 1, "queued": 39}
    async with database.transaction() as connection:
        put_off = tables.mail.c.put_off_at.is_not(None)
        await connection.execute(update(tables.mail).where(put_off).values(put_off_at=clock.START))
    await hours.pass_by(database, run, rounds=45)
    assert await states(database) == {"sent": 1, "queued": 39}
    refuse(smtp, "recipient", "250 ok")
    await hours.pass_by(database, run, rounds=1)
    assert await states(database) == {"sent": 40}


async def test_a_server_that_demands_a_full_name_gets_one_by_default(database: Database, smtp: MailServer) -> None:
    smtp.demand_full_names()
    await sending(database, smtp).run()
    assert await states(database) == {"sent": 40}
    assert set(smtp.hellos) == {"kulturskoleradet.example"}


@pytest.mark.parametrize("name", ["mail.kulturskoleradet.example", "[192.0.2.7]", "[IPv6:2001:db8::7]"])
async def test_the_name_that_we_give_is_a_setting(database: Database, smtp: MailServer, name: str) -> None:
    await sending(database, smtp, smtp_ehlo=name).run()
    assert set(smtp.hellos) == {name}


async def test_no_reason_names_who_was_refused(database: Database, smtp: MailServer) -> None:
    for it in PEOPLE:
        smtp.answer(it.email, f"554 5.7.1 <{it.email}>: Relay access denied for {it.person}")
    run = sending(database, smtp)
    with capture_logs() as logs:
        await run.run()
    assert run.trouble is not None
    assert run.trouble.endswith("554 5.7.1 … Relay access denied for …")
    assert "person-" not in str(logs)
