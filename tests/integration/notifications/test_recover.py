"""Notifications' database is put back from an older moment, and recovered from the streams: nobody is written to again."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from shared.contracts.questions import (
    Contacts,
    FeedAddress,
    Question,
    SessionDetails,
    WhatFeed,
    WhatSession,
    WhoIsConcerned,
)
from shared.database import Database
from shared.messaging.relay import count_unsent
from tests.integration.notifications.world import ADA, BO, LATER, queued
from tests.support.api import Api
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import (
    AT,
    accepted,
    concern_raised,
    party,
    plan_published,
    programme,
    received,
    sent,
    session,
    session_id,
    signed,
)
from tests.support.facts import events_of
from tests.support.smtp import MailServer
from tests.support.waiting import eventually

ANSWERS: dict[type[Question[Any]], BaseModel] = {
    WhoIsConcerned: Contacts(recipients=(ADA, BO)),
    WhatSession: SessionDetails(title="Fellessamling", place=None, meeting_link=None),
    WhatFeed: FeedAddress(address=None),
}


class Lost:
    def __init__(self, drill: Drill, smtp: MailServer, database: Database, older: Database) -> None:
        self._drill = drill
        self._smtp = smtp
        self.database = database
        self.older = older

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Api]:
        async with running(self._drill, self._smtp, self.older) as api:
            yield api


@asynccontextmanager
async def running(drill: Drill, smtp: MailServer, database: Database, *, leaves: int = 0) -> AsyncIterator[Api]:
    server = {"smtp_host": smtp.host, "smtp_port": smtp.port, "smtp_starttls": False}
    async with drill.answering(ANSWERS), drill.running(database, leaves=leaves, **server) as api:
        yield api


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("notifications")


@pytest.fixture
async def lost(drill: Drill, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase) -> Lost:
    """Two mails before; after it six, one of which was refused."""
    database = await make_database("notifications")
    await set_clock(database, AT)
    await drill.publish(programme(), plan_published(), party(1), received(1))
    async with running(drill, smtp, database):
        pass
    older = await copy_database(database)
    smtp.answer(BO.email, "550 no such user")
    await drill.publish(sent(1))
    async with running(drill, smtp, database):
        pass
    smtp.answer(BO.email, "250 ok")
    await drill.publish(signed(1), accepted(1))
    async with running(drill, smtp, database):
        pass
    await database.close()
    assert len(smtp.deliveries) == 7
    return Lost(drill, smtp, database, older)


async def test_that_a_mail_was_sent_or_failed_comes_back_and_nobody_is_written_to_again(
    drill: Drill, lost: Lost, smtp: MailServer
) -> None:
    before = settled(await queued(lost.database))
    report = await drill.recover(lost.older)
    assert report.invalid == []
    assert settled(await queued(lost.older)) == before
    told = await drill.messages()
    async with lost.running():
        pass
    assert len(smtp.deliveries) == 7
    assert await drill.messages() == told
    rows, was = await drill.rows(lost.older), await drill.rows(lost.database)
    lost_ = ("mail", "mailing", "sent_message")
    assert {name: rows[name] for name in rows if name not in lost_} == {
        name: was[name] for name in was if name not in lost_
    }


async def test_what_comes_next_is_written(drill: Drill, lost: Lost, smtp: MailServer) -> None:
    await drill.recover(lost.older)
    await drill.publish(concern_raised(1))
    async with lost.running():
        pass
    assert len(smtp.deliveries) == 9


async def test_a_mailing_that_nobody_had_been_sent_is_written(drill: Drill, lost: Lost, smtp: MailServer) -> None:
    """Its event was taken in by the lost database, and no mail of it had left."""
    await smtp.stop()
    await drill.publish(concern_raised(1))
    async with running(drill, smtp, lost.database, leaves=2):
        pass
    await smtp.start()
    await drill.recover(lost.older)
    async with lost.running():
        pass
    assert len(smtp.deliveries) == 9


async def test_a_mail_that_the_server_took_before_its_event_was_told_comes_twice_and_no_other_does(
    drill: Drill, lost: Lost, smtp: MailServer
) -> None:
    """Its stream takes nothing while the mails are sent; then the database is lost, with what it had to tell."""
    told = await events_of(lost.database)
    await smtp.stop()
    await drill.publish(concern_raised(1))
    async with running(drill, smtp, lost.database, leaves=2):
        pass
    await smtp.start()
    operator = await drill.nats.client()
    await operator.jsm().delete_stream("NOTIFICATIONS")
    await operator.close()
    async with running(drill, smtp, lost.database, leaves=2):
        await eventually(lambda: len(smtp.deliveries), equals=9)
        await eventually(lambda: count_unsent(lost.database), equals=2)
    await lost.database.close()
    await drill.provision()
    await drill.publish(*told)
    await drill.recover(lost.older)
    async with lost.running():
        pass
    twice = Counter((it.recipients, it.message["subject"]) for it in smtp.deliveries[7:])
    assert set(twice.values()) == {2}
    assert len(smtp.deliveries) == 11


async def test_what_it_said_and_the_address_that_it_went_to_are_missing_and_it_cannot_be_sent_again(
    drill: Drill, lost: Lost
) -> None:
    await drill.recover(lost.older)
    async with lost.running() as api:
        missing = (await api.get("/notifications/operations/missing"))["items"]
        assert [(it["entity"], it["fields"]) for it in missing] == [("mail", ["address", "content"])] * 6
        (failed,) = (await api.get("/notifications/mails", state="failed", with_addresses=True))["items"]
        assert failed["recipient"] == {"person": BO.person, "name": "", "address": ""}
        await api.refused(409, f"/notifications/mails/{failed['id']}/retry", {"address": ADA.email})


async def test_run_again_it_finds_nothing_to_do(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    after = await drill.rows(lost.older)
    again = await drill.recover(lost.older)
    assert again.adopted.total() == again.taken_in.total() == 0
    assert await drill.rows(lost.older) == after


async def test_what_stands_in_a_calendar_is_not_told_again_and_sequence_goes_on(
    drill: Drill, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    """Invited, moved and cancelled after the older moment; another session is moved after it was recovered."""
    database = await make_database("notifications")
    await set_clock(database, AT)
    await drill.publish(programme(), plan_published(), party(1), accepted(1))
    async with running(drill, smtp, database):
        pass
    older = await copy_database(database)
    for event in (
        session(),
        session(n=2, last_day=date(2024, 9, 20)),
        session("moved", version=2, last_day=LATER),
        session("cancelled", version=3),
    ):
        await drill.publish(event)
        async with running(drill, smtp, database):
            pass
    before = [(it.kind, it.session, it.person, it.sequence) for it in await queued(database) if it.session]
    await database.close()
    sent_so_far = len(smtp.deliveries)
    await drill.recover(older)
    assert [(it.kind, it.session, it.person, it.sequence) for it in await queued(older) if it.session] == before
    async with running(drill, smtp, older):
        pass
    assert len(smtp.deliveries) == sent_so_far
    await drill.publish(session("moved", n=2, version=2, last_day=LATER))
    async with running(drill, smtp, older):
        pass
    changes = [it for it in await queued(older) if not it.is_lost and it.session]
    assert [(it.kind, it.session, it.sequence) for it in changes] == [("session_change", session_id(2), 1)] * 2
    assert len(smtp.deliveries) == sent_so_far + 2
    await drill.publish(session("cancelled", n=2, version=3))
    async with running(drill, smtp, older):
        pass
    assert len(smtp.deliveries) == sent_so_far + 4


async def test_a_session_that_is_cancelled_after_it_was_recovered_is_taken_out_of_the_calendar(
    drill: Drill, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    """What the calendar says is lost: the session as it is known stands for it."""
    database = await make_database("notifications")
    await set_clock(database, AT)
    await drill.publish(programme(), plan_published(), party(1), accepted(1))
    async with running(drill, smtp, database):
        pass
    older = await copy_database(database)
    await drill.publish(session())
    async with running(drill, smtp, database):
        pass
    await database.close()
    await drill.recover(older)
    async with running(drill, smtp, older):
        pass
    await drill.publish(session("cancelled", version=2))
    async with running(drill, smtp, older):
        pass
    told = [(it.kind, it.sequence) for it in await queued(older) if not it.is_lost and it.session]
    assert told == [("session_cancellation", 1)] * 2


def settled(mails: list[Any]) -> list[tuple[Any, ...]]:
    return [(it.id, it.version, it.kind, it.programme, it.party, it.event_id, it.state) for it in mails]
