"""Notifications' database is put back from before somebody was erased: recovered and started, it has forgotten them again (N2)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from shared.contracts.questions import Contacts, Question, SessionDetails, WhatSession, WhoIsConcerned
from tests.integration.notifications.test_forgetting import GONE, everything, is_named
from tests.integration.notifications.world import ADA, queued
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import DrillOf
from tests.support.events import AT, accepted, party, person_erased, programme, received, session
from tests.support.facts import events_of
from tests.support.smtp import MailServer

FORGOTTEN = "kulturskole.notifications.person.forgotten.v1"
BEFORE: dict[type[Question[Any]], BaseModel] = {
    WhoIsConcerned: Contacts(recipients=(ADA, GONE)),
    WhatSession: SessionDetails(title="Fellessamling", place=None, meeting_link=None),
}
AFTER: dict[type[Question[Any]], BaseModel] = BEFORE | {WhoIsConcerned: Contacts(recipients=(ADA,))}


async def test_a_restore_from_before_an_erasure_empties_it_again_and_tells_so(
    drill_of: DrillOf, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    drill = await drill_of("notifications")
    database = await make_database("notifications")
    await set_clock(database, AT)
    server: Any = {"smtp_host": smtp.host, "smtp_port": smtp.port, "smtp_starttls": False}
    await drill.publish(programme(), party(1), received(1), accepted(1), session())
    async with drill.answering(BEFORE), drill.running(database, **server):
        pass
    older = await copy_database(database)
    written = len(smtp.to(GONE.email))
    assert written
    await drill.publish(person_erased(GONE.person))
    async with drill.answering(AFTER), drill.running(database, **server):
        pass
    assert is_named(await everything(database)) == []
    await database.close()
    report = await drill.recover(older)
    assert (report.invalid, report.adopted[FORGOTTEN]) == ([], 1)
    assert is_named(await everything(older))  # until it is started: nothing due is worked off before all is in
    await older.close()
    async with drill.answering(AFTER), drill.running(older, **server) as api:
        assert (await api.get("/notifications/operations/missing"))["items"] == []
    assert is_named(await everything(older)) == []
    told = [it.data for it in await events_of(older) if it.type == FORGOTTEN]
    assert [it.version for it in told] == [1, 2]
    assert told[0].emptied == told[1].emptied
    assert len(await queued(older, person=GONE.person)) == written
    assert len(smtp.to(GONE.email)) == written
