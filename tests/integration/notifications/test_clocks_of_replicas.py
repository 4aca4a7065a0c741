"""Replicas whose machines' clocks stand apart send every mail once, and agree on what time it is."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from sqlalchemy import update

from services.notifications import tables
from services.notifications.letters.use_cases.retry_mail import retry_mail
from services.notifications.sending.use_cases.send_mails import MailSending
from shared import clock
from shared.database import Database
from shared.messaging import inbox
from tests.integration.notifications.world import FakeAsk, person, queued, sending, take, work
from tests.support.databases import MakeDatabase
from tests.support.events import party, programme, received
from tests.support.smtp import MailServer
from tests.support.waiting import eventually

APART = timedelta(seconds=120)
PEOPLE = [person(f"person-{n}") for n in range(4)]

ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))  # the clock of the replica that runs now


class OfItsMachine(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz or UTC) + ahead.get()


@pytest.fixture(autouse=True)
def clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task has its machine's clock."""
    monkeypatch.setattr("shared.clock.datetime", OfItsMachine)


async def on(by: timedelta, run: MailSending) -> None:
    """Run a replica on a machine whose clock is ahead by so much."""
    ahead.set(by)
    await run.run()


async def replicas(database: Database, smtp: MailServer) -> tuple[MailSending, MailSending]:
    """Both have begun: on SQLite a process ends, as it does, the leases of the process before it."""
    both = sending(database, smtp), sending(database, smtp)
    for it in both:
        await it.run()
    return both


@pytest.mark.parametrize("first", [timedelta(0), APART], ids=["the first is right", "the first is ahead"])
async def test_a_mail_that_a_replica_is_sending_is_left_to_it_by_one_whose_clock_is_another(
    database: Database, ask: FakeAsk, smtp: MailServer, first: timedelta
) -> None:
    one, other = await replicas(database, smtp)
    ask.concerned(1, *PEOPLE)
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    smtp.hold()
    sends = asyncio.create_task(on(first, one))
    await eventually(lambda: len(smtp.deliveries) == len(PEOPLE))
    await asyncio.create_task(on(APART - first, other))
    smtp.go_on()
    await sends
    assert sorted(it.recipients[0] for it in smtp.deliveries) == sorted(it.email for it in PEOPLE)
    assert {it.state for it in await queued(database)} == {"sent"}


@pytest.mark.parametrize("of_who_queues", [APART, -APART], ids=["ahead", "behind"])
async def test_what_a_replica_queues_or_puts_off_by_another_clock_has_its_time_at_once(
    database: Database, ask: FakeAsk, smtp: MailServer, of_who_queues: timedelta
) -> None:
    run = sending(database, smtp)
    ask.concerned(1, PEOPLE[0])
    await take(database, programme(), party(1), received(1))
    await asyncio.create_task(_queue(database, ask, of_who_queues))
    smtp.answer(PEOPLE[0].email, "550 5.1.1 no such user")
    await run.run()
    (failed,) = await queued(database)
    assert failed.state == "failed"
    smtp.answer(PEOPLE[0].email, "250 ok")
    await asyncio.create_task(_retry(database, failed.id, of_who_queues))
    await run.run()
    assert len(smtp.to(PEOPLE[0].email)) == 1


async def _queue(database: Database, ask: FakeAsk, by: timedelta) -> None:
    ahead.set(by)
    await work(database, ask)


async def _retry(database: Database, id: str, by: timedelta) -> None:
    ahead.set(by)
    await retry_mail(database, id, by="an administrator")


async def test_a_mail_is_given_up_after_48_hours_of_the_databases_clock(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, PEOPLE[0])
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    smtp.answer(PEOPLE[0].email, "451 busy")
    async with database.transaction() as connection:
        lately = await clock.database_now(connection) - timedelta(hours=47, minutes=59)
        await connection.execute(update(tables.mail).values(put_off_at=lately))
    await asyncio.create_task(on(APART, sending(database, smtp)))
    (mail,) = await queued(database)
    assert mail.state == "queued"


async def test_the_domains_now_is_the_same_on_every_replica(make_database: MakeDatabase) -> None:
    database = await make_database("notifications", simulated=False)
    async with database.reading() as connection:
        before = await clock.database_now(connection)
        ahead.set(APART)
        between = await clock.now(connection)
        ahead.set(timedelta(0))
        assert before <= between <= await clock.database_now(connection)


async def test_messages_that_wait_for_another_attempt_are_counted_by_one_clock(database: Database) -> None:
    async with database.transaction() as connection:
        await inbox.count_attempts(connection, {"a message": inbox.Place("REGISTRATION", 1)}, are_read=True)
        ahead.set(APART)
        assert await inbox.delayed(connection, within=60) == 1
