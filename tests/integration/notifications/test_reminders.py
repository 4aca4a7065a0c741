"""Whoever has a session in the calendar is reminded of it as its day comes near, once, and not of what is so no more (N1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import update

from services.notifications import tables
from services.notifications.calendars.use_cases.mark_what_comes_near import count_what_has_come_near
from services.notifications.letters.use_cases.resend_mail import resend_mail
from services.notifications.letters.use_cases.retry_mail import retry_mail
from shared.clock import OSLO
from shared.contracts.envelope import Event
from shared.contracts.questions import Contacts, Question, SessionDetails, WhatSession, WhoIsConcerned
from shared.database import Database
from shared.errors import Conflict
from tests.integration.notifications.world import (
    ADA,
    BO,
    DAY,
    LATER,
    RULES,
    FakeAsk,
    marks_left,
    person,
    queued,
    send,
    take,
    work,
)
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import (
    AT,
    accepted,
    ended,
    party,
    plan_published,
    programme,
    programme_closed,
    sent,
    session,
    withdrawn,
)
from tests.support.facts import events_of
from tests.support.smtp import MailServer
from tests.support.statements import statements

FIRST = DAY - timedelta(days=1)
BY = "an administrator"


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), OSLO)


async def day_is(database: Database, ask: FakeAsk, days_before: int) -> None:
    await set_clock(database, at(FIRST - timedelta(days=days_before)))
    await work(database, ask)


async def reminded(database: Database) -> list[tuple[str | None, int | None, date | None]]:
    return [(it.person, it.lead_days, it.first_day) for it in await queued(database, kind="session_reminder")]


@pytest.fixture
async def invited(database: Database, ask: FakeAsk) -> Database:
    """Ada and Bo of party 1 have the session in their calendars, three weeks ahead."""
    ask.concerned(1, ADA, BO)
    await take(database, programme(), party(1), accepted(1), sent(1), session())
    await work(database, ask)
    return database


async def test_as_its_day_comes_near_everyone_is_reminded_twice_and_no_more(invited: Database, ask: FakeAsk) -> None:
    for n in range(20, -3, -1):
        await day_is(invited, ask, n)
        await work(invited, ask)
    assert await reminded(invited) == [("ada", 14, FIRST), ("bo", 14, FIRST), ("ada", 2, FIRST), ("bo", 2, FIRST)]
    assert await marks_left(invited) == 0


async def test_a_day_that_passed_is_seen_to_be_worked_off(invited: Database, ask: FakeAsk) -> None:
    async def left() -> int:
        async with invited.reading() as connection:
            return await count_what_has_come_near(connection, ahead=RULES.ahead, leads=RULES.leads)

    assert await left() == 0
    await set_clock(invited, at(FIRST - timedelta(days=14)))
    assert await left() == 1
    await work(invited, ask)
    assert await left() == 0


async def test_in_a_closed_programme_nobody_is_reminded_of_anything(invited: Database, ask: FakeAsk) -> None:
    await take(invited, programme_closed())
    await set_clock(invited, at(FIRST - timedelta(days=14)))
    async with invited.reading() as connection:
        assert await count_what_has_come_near(connection, ahead=RULES.ahead, leads=RULES.leads) == 0
    await work(invited, ask)
    assert await reminded(invited) == []


async def test_a_database_from_before_there_were_reminders_begins_with_the_nearest(
    invited: Database, ask: FakeAsk
) -> None:
    async with invited.transaction() as connection:
        await connection.execute(update(tables.horizon).values(reminded_on=None))
    await day_is(invited, ask, 5)
    assert await reminded(invited) == [("ada", 14, FIRST), ("bo", 14, FIRST)]


async def test_it_says_what_the_invitation_says_and_carries_no_entry(
    invited: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await send(invited, smtp)
    await day_is(invited, ask, 14)
    await send(invited, smtp)
    *_, mail = smtp.to(ADA.email)
    assert mail["Subject"].startswith("Påminnelse: Fellessamling, ")
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]
    (told,) = [it for it in await events_of(invited) if it.data.kind == "session_reminder" and it.data.person == "ada"]
    assert (told.data.lead_days, told.data.first_day, told.data.sequence) == (14, FIRST, None)


async def statements_of(database: Database, ask: FakeAsk, days_before: int) -> int:
    await set_clock(database, at(FIRST - timedelta(days=days_before)))
    with statements() as made:
        await work(database, ask)
    return len(made)


async def test_the_statements_do_not_grow_with_the_people(invited: Database, ask: FakeAsk) -> None:
    few = await statements_of(invited, ask, 14)
    ask.concerned(2, *[person(f"person{n}") for n in range(60)])
    await take(invited, party(2), accepted(2), sent(2))
    await work(invited, ask)
    assert await statements_of(invited, ask, 2) == few
    assert len(await reminded(invited)) == 2 + 62


@pytest.mark.parametrize(
    "news",
    [
        [session("moved", version=2, last_day=LATER)],
        [session("cancelled", version=2)],
        [session("completed", version=2)],
        [ended(1, ends_on=FIRST)],
        [withdrawn(1)],
    ],
    ids=["moved", "cancelled", "completed", "ended", "withdrawn"],
)
@pytest.mark.parametrize("is_worked_off", [True, False])
async def test_a_reminder_of_what_is_so_no_more_is_not_sent(
    invited: Database, ask: FakeAsk, smtp: MailServer, news: list[Event[Any]], *, is_worked_off: bool
) -> None:
    await send(invited, smtp)
    await day_is(invited, ask, 14)
    await take(invited, *news)
    if is_worked_off:
        await work(invited, ask)
    await send(invited, smtp)
    assert {it.state for it in await queued(invited, kind="session_reminder")} == {"failed"}
    assert not [mail for mail in smtp.to(ADA.email) if mail["Subject"].startswith("Påminnelse")]
    one, _ = await queued(invited, kind="session_reminder")
    with pytest.raises(Conflict):
        await retry_mail(invited, one.id, by=BY)


async def test_a_reminder_that_was_held_up_until_the_session_begins_is_not_sent(
    invited: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await send(invited, smtp)
    await day_is(invited, ask, 2)
    await set_clock(invited, at(FIRST))
    await send(invited, smtp)
    assert {it.state for it in await queued(invited, kind="session_reminder")} == {"failed"}


async def test_a_reminder_that_was_sent_is_sent_again_while_it_is_so(
    invited: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await day_is(invited, ask, 14)
    await send(invited, smtp)
    one, other = await queued(invited, kind="session_reminder")
    again = await resend_mail(invited, one.id, by=BY)
    assert (again.repeats, again.sequence, again.first_day) == (one.id, None, FIRST)
    await send(invited, smtp)
    assert {it.state for it in await queued(invited, kind="session_reminder")} == {"sent"}
    await take(invited, session("moved", version=2, last_day=LATER))
    with pytest.raises(Conflict, match="overtaken"):
        await resend_mail(invited, other.id, by=BY)


async def test_a_reminder_overtakes_no_entry_and_no_entry_counts_reminders(invited: Database, ask: FakeAsk) -> None:
    await day_is(invited, ask, 14)
    await take(invited, session("moved", version=2, last_day=LATER))
    await work(invited, ask)
    (change, _) = await queued(invited, kind="session_change")
    assert change.sequence == 1


ANSWERS: dict[type[Question[Any]], BaseModel] = {
    WhoIsConcerned: Contacts(recipients=(ADA, BO)),
    WhatSession: SessionDetails(title="Fellessamling", place=None, meeting_link=None),
}


@asynccontextmanager
async def running(drill: Drill, smtp: MailServer, database: Database) -> AsyncIterator[None]:
    server: dict[str, Any] = {"smtp_host": smtp.host, "smtp_port": smtp.port, "smtp_starttls": False}
    async with drill.answering(ANSWERS), drill.running(database, **server):
        yield


async def test_a_database_that_is_put_back_from_before_reminds_nobody_again(
    drill_of: DrillOf, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    drill, database = await drill_of("notifications"), await make_database("notifications")
    await set_clock(database, AT)
    await drill.publish(programme(), plan_published(), party(1), accepted(1), sent(1), session())
    async with running(drill, smtp, database):
        pass
    older = await copy_database(database)
    await set_clock(database, at(FIRST - timedelta(days=14)))
    async with running(drill, smtp, database):
        pass
    was = await reminded(database)
    await database.close()
    assert len(was) == 2
    told = len(smtp.deliveries)
    assert (await drill.recover(older)).invalid == []
    await set_clock(older, at(FIRST - timedelta(days=10)))
    async with running(drill, smtp, older):
        pass
    assert await reminded(older) == was
    assert len(smtp.deliveries) == told
    await set_clock(older, at(FIRST - timedelta(days=1)))
    async with running(drill, smtp, older):
        pass
    assert await reminded(older) == [*was, *(replace_lead(it, 2) for it in was)]


def replace_lead(it: tuple[Any, ...], lead: int) -> tuple[Any, ...]:
    return it[0], lead, it[2]
