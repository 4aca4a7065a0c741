"""Scheduling's database is put back from an older moment, and recovered from the streams."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.database import Database
from shared.messaging.stopped import IsRunning
from shared.points import VARIABLE
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import PROGRAMME, party, programme

PLAN = f"/scheduling/programmes/{PROGRAMME}/sessions"
LATER = datetime(2024, 10, 1, 12, tzinfo=UTC)


def joint_session(n: int, instalment: int | None, day: str) -> dict[str, Any]:
    return {
        "kind": "joint_session",
        "format": "physical",
        "title": f"Fellessamling {n}",
        "number": n,
        "instalment": instalment,
        "when": {"days": {"first": day, "last": day}},
        "venue": "Kimen",
        "city": "Stjørdal",
    }


VISIT = {
    "kind": "guidance_visit",
    "format": "physical",
    "title": "Besøk hos kommune 1",
    "number": 1,
    "when": {"months": ["2024-10"]},
    "place": "Rådhuset",
    "party": party(1).data.organisation_number,
}


class Lost:
    """A database that is lost, and one as it was some time before."""

    def __init__(self, database: Database, older: Database) -> None:
        self.database = database
        self.older = older


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("scheduling")


@pytest.fixture
async def lost(drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase) -> Lost:
    """Two sessions and the same before and after: they swap their instalments, one is held, a visit is planned and moved."""
    database = await make_database("scheduling")
    await drill.publish(programme(), party(1))
    async with drill.running(database) as api:
        sessions = [
            (await api.post(PLAN, joint_session(n, n, day)))["id"] for n, day in ((1, "2024-09-24"), (2, "2025-02-12"))
        ]
    older = await copy_database(database)
    await drill.publish(party(2), party(1, version=2))
    await set_clock(database, LATER)
    async with drill.running(database) as api:
        await api.post(PLAN, joint_session(3, 3, "2025-09-11"))
        for session, instalment in ((0, None), (1, 1), (0, 2)):
            await api.post(f"/scheduling/sessions/{sessions[session]}/instalment", {"instalment": instalment})
        await api.post(f"/scheduling/sessions/{sessions[0]}/completion")
        visit = await api.post(PLAN, VISIT)
        await api.post(f"/scheduling/sessions/{visit['id']}/move", {"when": {"months": ["2024-11"]}})
    await database.close()
    return Lost(database, older)


def without_what_no_event_carries(rows: dict[str, Any]) -> dict[str, Any]:
    """Nor until which day visits were looked for: that is done anew, and tells nothing twice."""
    lost = dict.fromkeys(("title", "place", "venue", "city"))
    sessions = [it | (lost if it["party"] else {}) for it in rows["session"]]
    return {name: it for name, it in rows.items() if name != "looked_for_visits"} | {"session": sessions}


async def test_a_database_from_an_older_moment_gets_back_all_that_was_told(drill: Drill, lost: Lost) -> None:
    before = await drill.rows(lost.database)
    assert await drill.rows(lost.older) != before
    report = await drill.recover(lost.older)
    assert report.invalid == []
    assert report.adopted.total() == 7
    assert report.taken_in.total() == 2
    assert without_what_no_event_carries(await drill.rows(lost.older)) == without_what_no_event_carries(before)
    async with lost.older.reading() as connection:
        assert await clock.now(connection) == LATER


async def test_what_it_does_next_goes_on_where_the_lost_one_stood(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    told = await drill.messages()
    async with drill.running(lost.older) as api:
        found = (await api.get(PLAN))["items"]
        assert [it["instalment"] for it in found] == [2, None, 1, 3]
        missing = (await api.get("/scheduling/operations/missing"))["items"]
        assert [(it["entity"], it["id"], it["fields"]) for it in missing] == [
            ("session", found[1]["id"], ["title", "place"])
        ]
        named = {"title": VISIT["title"], "place": VISIT["place"]}
        assert (await api.patch(f"/scheduling/sessions/{found[1]['id']}", named))["version"] == 3
        assert (await api.get("/scheduling/operations/missing"))["items"] == []
    assert await drill.messages() == told + 1


async def test_a_cancelled_session_comes_back_with_its_instalment_after_a_restore_too(drill: Drill, lost: Lost) -> None:
    async with drill.running(lost.database) as api:
        third = (await api.get(PLAN))["items"][-1]["id"]
        await api.post(f"/scheduling/sessions/{third}/cancellation")
    await drill.recover(lost.older)
    async with drill.running(lost.older) as api:
        assert (await api.post(f"/scheduling/sessions/{third}/cancellation-revoked"))["instalment"] == 3


async def test_what_a_cancelled_visit_was_called_is_said_anew_too(drill: Drill, lost: Lost) -> None:
    """Until then nobody can be told in their calendar that it is cancelled."""
    async with drill.running(lost.database) as api:
        visit = (await api.get(PLAN))["items"][1]["id"]
        await api.post(f"/scheduling/sessions/{visit}/cancellation")
    await drill.recover(lost.older)
    async with drill.running(lost.older) as api:
        named = {"title": VISIT["title"], "place": VISIT["place"]}
        assert (await api.patch(f"/scheduling/sessions/{visit}", named))["state"] == "cancelled"
        assert (await api.get("/scheduling/operations/missing"))["items"] == []
        refused = await api.administrator.patch(f"/scheduling/sessions/{visit}", json={"title": "Another"})
        assert refused.status_code == 409


async def test_a_dry_run_says_the_same_and_changes_nothing(drill: Drill, lost: Lost) -> None:
    before = await drill.rows(lost.older)
    dry = await drill.recover(lost.older, do=False)
    assert await drill.rows(lost.older) == before
    done = await drill.recover(lost.older)
    assert (dry.done, done.done) == (False, True)
    assert (dry.adopted, dry.taken_in) == (done.adopted, done.taken_in)


async def test_run_again_it_finds_nothing_to_do(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    after = await drill.rows(lost.older)
    again = await drill.recover(lost.older)
    assert again.adopted.total() == again.taken_in.total() == 0
    assert await drill.rows(lost.older) == after


@pytest.mark.parametrize("point", ["commit.before:2", "commit.after:2", "commit.before:3", "commit.after:3"])
async def test_killed_on_its_way_it_is_run_again(drill: Drill, lost: Lost, point: str) -> None:
    """Before and after its own events are in, and the others'."""
    before = without_what_no_event_carries(await drill.rows(lost.database))
    await lost.database.close()
    code, _ = await drill.recover_by_command(lost.older, **{VARIABLE: point})
    assert code == -signal.SIGKILL
    rows = without_what_no_event_carries(await drill.rows(lost.older))
    assert (rows == before) == (point == "commit.after:3")
    await lost.older.close()
    code, said = await drill.recover_by_command(lost.older)
    assert (code, said["done"]) == (0, True)
    assert without_what_no_event_carries(await drill.rows(lost.older)) == before
    async with lost.older.reading() as connection:
        assert await clock.now(connection) == LATER


async def test_a_service_that_runs_is_left_alone(drill: Drill, lost: Lost) -> None:
    async with drill.running(lost.database):
        with pytest.raises(IsRunning, match="stop it first"):
            await drill.recover(lost.database)


async def test_an_event_that_cannot_be_holds_it_up_until_it_is_disowned(drill: Drill, lost: Lost) -> None:
    """Somebody published past the outbox, as the service: a visit that carries an instalment."""
    event = drill.example("guidance_visit.planned", instalment=1)
    await drill.publish(event)
    before = await drill.rows(lost.older)
    report = await drill.recover(lost.older)
    assert [(it.key, it.type) for it in report.invalid] == [(event.id, event.type)]
    assert "B3" in report.invalid[0].reason
    assert not report.done
    assert await drill.rows(lost.older) == before
    report = await drill.recover(lost.older, disown=[event.id])
    assert report.done
    assert report.adopted.total() == 7
