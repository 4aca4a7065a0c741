"""Every projection of every service is written anew from the streams, and the service goes on as if nothing had been."""

from __future__ import annotations

import signal
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, delete, select, update

from deploy.parts import PARTS
from shared.contracts.envelope import Event
from shared.contracts.erasure import A_PERSON, FORGOTTEN_IN_MAILS, FORGOTTEN_IN_PLAN
from shared.contracts.notifications import MAIL_SENT
from shared.contracts.questions import (
    Contacts,
    FeedAddress,
    PlanAsItStands,
    SessionDetails,
    WhatFeed,
    WhatPlan,
    WhatSession,
    WhoIsConcerned,
)
from shared.database import Database
from shared.ids import new_id
from shared.messaging.rebuild import CannotRebuild
from shared.messaging.stopped import IsRunning
from shared.messaging.tables import inbox, parked_message
from shared.points import VARIABLE
from tests.support.databases import MakeDatabase
from tests.support.drill import Drill, DrillOf, Rows
from tests.support.events import (
    AT,
    accepted,
    attendance,
    completed,
    ended,
    group_changed,
    organisation_number,
    party,
    person_erased,
    plan_published,
    plan_revised,
    programme,
    session,
    session_id,
    signed,
)

PROJECTING = [part.name for part in PARTS if part.consumers.projections()]
NOBODY: dict[Any, Any] = {
    WhoIsConcerned: Contacts(recipients=()),
    WhatSession: SessionDetails(title="Fellessamling", place=None, meeting_link=None),
    WhatFeed: FeedAddress(address=None),
    WhatPlan: PlanAsItStands(revision=2, sessions=()),
}
STORY: list[Event[Any]] = [
    programme(),
    programme(version=2, name="Et nytt navn"),
    party(1),
    party(1, version=2, name="Kommune 1 med nytt navn"),
    party(2),
    session(n=3),
    session(n=3, version=2, happened="moved", last_day=date(2025, 9, 19)),
    completed(2),
    plan_published(),
    plan_revised(),
    accepted(1),
    group_changed(1),
    signed(1),
    attendance(1),
    person_erased(A_PERSON),
    FORGOTTEN_IN_PLAN.event(FORGOTTEN_IN_PLAN.example().data, id=new_id(), time=AT),
    FORGOTTEN_IN_MAILS.event(FORGOTTEN_IN_MAILS.example().data, id=new_id(), time=AT),
    MAIL_SENT.event(MAIL_SENT.example().data, id=new_id(), time=AT),
]


@pytest.mark.parametrize("service", PROJECTING)
async def test_every_projection_is_as_it_was_whatever_was_done_to_it(
    drill_of: DrillOf, make_database: MakeDatabase, service: str
) -> None:
    """Each column is emptied where it may be, as one is that a migration adds, else given another row's value; then all rows go."""
    drill = await drill_of(service)
    database = await make_database(service)
    await drill.publish(*(it for it in STORY if it.source != f"/kulturskole/{service}"))
    async with drill.answering(NOBODY), drill.running(database):
        pass
    before, told = await drill.rows(database), await drill.messages()
    tables = {it.name: it.table for it in drill.part.consumers.projections()}
    for table in tables.values():
        await spoil(database, table)
    assert await drill.rows(database) != before
    assert (await drill.rebuild(database)).changed.keys() == tables.keys()
    assert await drill.rows(database) == before
    async with database.transaction() as connection:
        for table in tables.values():
            await connection.execute(delete(table))
    report = await drill.rebuild(database)
    assert report.added == {name: len(before[name]) for name in tables}
    assert await drill.rows(database) == before
    async with drill.answering(NOBODY), drill.running(database):
        pass
    assert (await drill.rows(database), await drill.messages()) == (before, told)
    assert not (await drill.rebuild(database)).differs


async def spoil(database: Database, table: Table) -> None:
    key = table.primary_key.columns.values()[0]
    async with database.transaction() as connection:
        last = (await connection.execute(select(table).order_by(key.desc()))).mappings().first()
        assert last is not None, table.name
        values = {it.name: None if it.nullable else last[it.name] for it in table.columns if it is not key}
        await connection.execute(update(table).values(values | {"version": 0}))


class Billing:
    """A database that has invoiced two agreements, and its drill."""

    def __init__(self, drill: Drill, database: Database) -> None:
        self.drill = drill
        self.database = database
        self.tables = {it.name: it.table for it in drill.part.consumers.projections()}

    async def runs(self) -> None:
        async with self.drill.running(self.database):
            pass

    async def rows(self) -> Rows:
        return await self.drill.rows(self.database)

    async def change(self, table: str, key: str, **values: Any) -> None:
        first = self.tables[table].primary_key.columns.values()[0]
        async with self.database.transaction() as connection:
            await connection.execute(update(self.tables[table]).where(first == key).values(values))

    async def standing(self) -> list[tuple[str, int]]:
        rows = await self.rows()
        credited = {it["invoice"] for it in rows["credit_note"]}
        return sorted((it["party"], it["instalment"]) for it in rows["invoice"] if it["number"] not in credited)


@pytest.fixture
async def billing(drill_of: DrillOf, make_database: MakeDatabase) -> Billing:
    found = Billing(await drill_of("billing"), await make_database("billing"))
    await found.drill.publish(programme(), party(1), party(2), signed(1), signed(2), completed(1))
    await found.runs()
    assert await found.standing() == [(organisation_number(n), 1) for n in (1, 2)]
    return found


async def test_a_dry_run_says_what_differs_and_changes_nothing(billing: Billing) -> None:
    await billing.change("party", organisation_number(1), name="Gammelt navn")
    await billing.change("session", session_id(1), title=None, place=None)
    before = await billing.rows()
    report = await billing.drill.rebuild(billing.database, do=False)
    assert not report.done
    assert report.changed == {"party": 1, "session": 1}
    assert report.columns == {"party.name": 1, "session.title": 1, "session.place": 1}
    assert await billing.rows() == before
    assert (await billing.drill.rebuild(billing.database, handlers=["party"])).columns == {"party.name": 1}
    assert (await billing.drill.rebuild(billing.database)).columns == {"session.title": 1, "session.place": 1}


async def test_nothing_is_issued_twice_after_it(billing: Billing) -> None:
    before, told = await billing.rows(), await billing.drill.messages()
    await billing.change("session", session_id(1), state="planned", version=1)
    await billing.drill.rebuild(billing.database)
    await billing.runs()
    assert (await billing.rows(), await billing.drill.messages()) == (before, told)


async def test_what_was_never_done_for_want_of_a_row_is_done_then(billing: Billing) -> None:
    """An event that the inbox has, and whose row is lost: no redelivery would bring it."""
    late = signed(3)
    await billing.drill.publish(party(3), late)
    await billing.runs()
    assert len(await billing.standing()) == 3
    lost = ended(1, ends_on=date(2024, 9, 1))
    async with billing.database.transaction() as connection:
        row = {"handler": "agreement", "event_id": lost.id, "handled_at": lost.time}
        await connection.execute(inbox.insert(), row)
    await billing.drill.publish(lost)
    await billing.runs()
    assert len(await billing.standing()) == 3
    assert (await billing.drill.rebuild(billing.database)).changed == {"agreement": 1}
    await billing.runs()
    assert await billing.standing() == [(organisation_number(n), 1) for n in (2, 3)]


async def test_a_row_that_was_never_told_holds_it_up_until_it_is_dropped(billing: Billing) -> None:
    """One that stands at a higher version than was told too."""
    told = await billing.drill.messages()
    before = await billing.rows()
    forged = before["session"][0] | {"id": "forged", "instalment": 2}
    async with billing.database.transaction() as connection:
        await connection.execute(billing.tables["session"].insert(), forged)
    await billing.change("party", organisation_number(1), version=9, name="Gammelt navn")
    spoilt = await billing.rows()
    report = await billing.drill.rebuild(billing.database)
    names = [f"party/{organisation_number(1)}", "session/forged"]
    assert [(it.row, it.told, it.publisher) for it in report.untold] == [
        (names[0], 1, "registration"),
        (names[1], None, "scheduling"),
    ]
    assert not report.done
    assert await billing.rows() == spoilt
    assert (await billing.drill.rebuild(billing.database, drop=names)).dropped == names
    assert await billing.rows() == before
    await billing.runs()
    assert (await billing.rows(), await billing.drill.messages()) == (before, told)


async def test_what_a_stream_has_lost_is_asked_for_until_its_publisher_has_sent_it_again(billing: Billing) -> None:
    await billing.change("session", session_id(1), title=None)
    client = await billing.drill.nats.client()
    await client.jsm().delete_stream("REGISTRATION")
    await client.close()
    await billing.drill.provision()
    report = await billing.drill.rebuild(billing.database)
    assert not report.done
    assert {it.publisher for it in report.untold} == {"registration"}
    assert len(report.untold) == 5
    again: list[Event[Any]] = [programme(), party(1), party(2), signed(1), signed(2)]
    await billing.drill.publish(*again)
    report = await billing.drill.rebuild(billing.database)
    assert (report.done, report.untold) == (True, [])
    assert (await billing.rows())["session"][0]["title"] == "Fellessamling 1"


async def test_what_was_taken_in_from_a_forged_event_goes_with_it(billing: Billing) -> None:
    before = await billing.rows()
    forged = party(1, version=9, name="Ingen kommune")
    await billing.drill.publish(forged)
    await billing.runs()
    assert (await billing.drill.rebuild(billing.database)).done
    options: dict[str, Any] = {"not_ours": [forged.id], "drop": [f"party/{organisation_number(1)}"]}
    assert (await billing.drill.rebuild(billing.database, **options)).changed == {"party": 1}
    assert (await billing.rows())["party"] == before["party"]
    again = await billing.drill.rebuild(billing.database)
    assert (again.left_out, again.differs) == (1, False)


async def test_what_was_discarded_stays_out(billing: Billing) -> None:
    discarded = completed(1, version=3, title="Feil")
    async with billing.database.transaction() as connection:
        row = {"key": discarded.id, "state": "discarded", "subject": "", "body": b"", "reason": "failed", "error": ""}
        await connection.execute(parked_message.insert(), row | {"attempts": 5, "parked_at": discarded.time})
    await billing.drill.publish(discarded)
    report = await billing.drill.rebuild(billing.database)
    assert (report.left_out, report.differs) == (1, False)


@pytest.mark.parametrize("point", ["commit.before", "commit.after"])
async def test_killed_on_its_way_it_is_run_again(billing: Billing, point: str) -> None:
    before = await billing.rows()
    await billing.change("session", session_id(1), title=None)
    await billing.database.close()
    code, _ = await billing.drill.by_command("rebuild", billing.database, **{VARIABLE: point})
    assert code == -signal.SIGKILL
    assert (await billing.rows() == before) == (point == "commit.after")
    await billing.database.close()
    code, said = await billing.drill.by_command("rebuild", billing.database)
    assert (code, said["done"]) == (0, True)
    assert await billing.rows() == before


async def test_a_service_that_runs_is_left_alone(billing: Billing) -> None:
    async with billing.drill.running(billing.database):
        with pytest.raises(IsRunning, match="stop it first"):
            await billing.drill.rebuild(billing.database)


async def test_a_handler_that_builds_no_projection_is_said_to(billing: Billing) -> None:
    with pytest.raises(CannotRebuild, match="agreement, joint_session, mail, party, programme"):
        await billing.drill.rebuild(billing.database, handlers=["mailing"])
