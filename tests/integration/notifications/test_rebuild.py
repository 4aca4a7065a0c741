"""Notifications' projections are written anew: nobody is written to again, and who was told something wrong is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import update

from services.notifications import tables
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
from tests.integration.notifications.world import ADA, BO, LATER, queued
from tests.support.api import Api
from tests.support.databases import MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import AT, accepted, party, plan_published, programme, received, sent, session, signed
from tests.support.smtp import MailServer

ANSWERS: dict[type[Question[Any]], BaseModel] = {
    WhoIsConcerned: Contacts(recipients=(ADA, BO)),
    WhatSession: SessionDetails(title="Fellessamling", place=None, meeting_link=None),
    WhatFeed: FeedAddress(address=None),
}


@asynccontextmanager
async def running(drill: Drill, smtp: MailServer, database: Database) -> AsyncIterator[Api]:
    server: dict[str, Any] = {"smtp_host": smtp.host, "smtp_port": smtp.port, "smtp_starttls": False}
    async with drill.answering(ANSWERS), drill.running(database, **server) as api:
        yield api


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("notifications")


@pytest.fixture
async def database(drill: Drill, smtp: MailServer, make_database: MakeDatabase) -> Database:
    found = await make_database("notifications")
    await set_clock(found, AT)
    await drill.publish(programme(), plan_published(), party(1), received(1), accepted(1), sent(1), signed(1))
    await drill.publish(session(), session(n=2))
    async with running(drill, smtp, found):
        pass
    assert len(smtp.deliveries) == 2 * (4 + 2)
    return found


async def change(database: Database, table: Any, **values: Any) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(table).values(values))


async def test_nobody_is_written_to_again(drill: Drill, database: Database, smtp: MailServer) -> None:
    """Though all of it is looked at, invitations with the sessions that were changed among it."""
    before, told = await drill.rows(database), await drill.messages()
    await change(database, tables.party, name="Gammelt navn", official_name="Gammelt navn")
    await change(database, tables.session, first_day=None, last_day=None, starts_at=None, version=0)
    await change(database, tables.application, state="declined")
    report = await drill.rebuild(database)
    assert report.changed == {"party": 1, "session": 2, "application": 1}
    async with running(drill, smtp, database):
        pass
    assert (await drill.rows(database), await drill.messages()) == (before, told)
    assert len(smtp.deliveries) == 12


async def test_who_was_told_something_wrong_by_it_is_told_what_is_right(
    drill: Drill, database: Database, smtp: MailServer
) -> None:
    """A day changed by hand, and told when the session's programme was looked at."""
    await change(database, tables.session, first_day=LATER, last_day=LATER)
    await drill.publish(programme(version=2))
    async with running(drill, smtp, database):
        pass
    assert len(smtp.deliveries) == 16
    await drill.rebuild(database)
    async with running(drill, smtp, database):
        pass
    told = [(it.kind, it.sequence) for it in await queued(database) if it.session]
    assert told == [("session_invitation", 0)] * 4 + [("session_change", 1)] * 4 + [("session_change", 2)] * 4
