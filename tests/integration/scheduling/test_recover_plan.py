"""A published plan, visits and what was told of them, put back from an older moment and recovered from the stream."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.database import Database
from tests.integration.scheduling.test_recover import PLAN as SESSIONS
from tests.integration.scheduling.test_recover import VISIT, joint_session
from tests.support.api import Api
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import PROGRAMME, accepted, group_changed, party, programme

OF_PROGRAMME = f"/scheduling/programmes/{PROGRAMME}"
PLAN = f"{OF_PROGRAMME}/plan"
AVOIDED = {"days": [{"first": "2025-02-12", "last": "2025-02-14", "why": "Vinterferie"}]}
LINE = {"kind": "guidance_visit", "format": "undecided", "title": "Veiledningsbesøk 1", "number": 1}
LINE |= {"when": {"months": ["2024-10"]}}
EVA = "0192279c-0000-7000-8000-0000000000aa"
SAID = {"text": "Gruppen er i gang."}
JUNE, OCTOBER = datetime(2024, 6, 11, 12, tzinfo=UTC), datetime(2024, 10, 7, 12, tzinfo=UTC)


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("scheduling")


class Lost:
    def __init__(self, database: Database, older: Database, visit: str) -> None:
        self.database = database
        self.older = older
        self.visit = visit


@pytest.fixture
async def lost(drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase) -> Lost:
    """After the older moment: days to avoid are said, a session is planned on one of them and what the plan lacks is accepted,
    it is published and revised; a visit is held, and has minutes."""
    database = await make_database("scheduling")
    await set_clock(database, JUNE)
    await drill.publish(programme(), party(1), accepted(1), group_changed(1, advisor=EVA))
    async with drill.running(database) as api:
        await api.post(SESSIONS, joint_session(1, 1, "2024-09-24"))
        visit = await api.post(SESSIONS, VISIT | {"when": {"days": {"first": "2024-10-07", "last": "2024-10-07"}}})
    older = await copy_database(database)
    async with drill.running(database) as api:
        await play(api)
    await set_clock(database, OCTOBER)
    async with drill.running(database) as api:
        await api.post(f"/scheduling/sessions/{visit['id']}/completion")
        await api.administrator.put(f"/scheduling/sessions/{visit['id']}/minutes", json=SAID)
        assert await missing(api) == []
    await database.close()
    return Lost(database, older, visit["id"])


async def play(api: Api) -> None:
    await api.administrator.put(f"{OF_PROGRAMME}/days-to-avoid", json=AVOIDED)
    second = joint_session(2, 2, "2025-02-12")
    await api.post(SESSIONS, second | {"accepted": ["day_to_avoid"], "accepted_because": "Alle kan."})
    await accept_all(api)
    await api.post(f"{PLAN}/publication", {})
    first = (await api.get(SESSIONS))["items"][0]["id"]
    moves = [{"session": first, "when": {"days": {"first": "2024-09-25", "last": "2024-09-25"}}}]
    await api.post(f"{PLAN}/revisions", {"moves": moves, "reason": "venue"})
    await accept_all(api)


async def accept_all(api: Api) -> None:
    for it in (await api.get(f"{PLAN}/findings"))["findings"]:
        asked = {"code": it["code"], "sessions": it["sessions"], "because": "Slik er planen."}
        await api.post(f"{PLAN}/findings/acceptance", asked)


async def missing(api: Api) -> list[tuple[str, str, tuple[str, ...]]]:
    found = (await api.get("/scheduling/operations/missing"))["items"]
    return [(it["entity"], it["id"], tuple(it["fields"])) for it in found]


def shown(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Its revisions, without who asked for them."""
    return [it | {"by": None} for it in plan["revisions"]]


async def test_the_plan_comes_back_as_it_was_told_and_is_told_to_nobody_again(drill: Drill, lost: Lost) -> None:
    async with drill.running(lost.database) as api:
        before = await api.get(PLAN)
    await lost.database.close()
    assert (await drill.recover(lost.older)).invalid == []
    told = await drill.messages()
    async with drill.running(lost.older) as api:
        after = await api.get(PLAN)
        assert (after["state"], after["revision"], after["published_on"]) == ("published", 2, "2024-06-11")
        assert shown(after) == shown(before)
        assert (await api.refused(409, f"{PLAN}/publication", {}))["code"] == "plan_is_published"
    assert await drill.messages() == told


async def test_what_no_event_carries_is_listed_until_it_is_said_anew(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    minutes = f"/scheduling/sessions/{lost.visit}/minutes"
    async with drill.running(lost.older) as api:
        assert await missing(api) == [
            ("days_to_avoid", PROGRAMME, ("days",)),
            ("minutes", lost.visit, ("text",)),
            ("plan", PROGRAMME, ("accepted",)),
        ]
        assert (await api.get(minutes))["text"] is None
        findings = (await api.get(f"{PLAN}/findings"))["findings"]
        assert [it["accepted"] for it in findings] == [None] * len(findings) != []
        await accept_all(api)
        await api.administrator.put(f"{OF_PROGRAMME}/days-to-avoid", json=AVOIDED)
        (warning,) = (await api.get(f"{OF_PROGRAMME}/warnings"))["warnings"]
        assert (warning["code"], warning["day"], warning["accepted"]) == ("day_to_avoid", "2025-02-12", None)
        answer = await api.administrator.put(minutes, json=SAID, headers={"If-Match": '"0"'})
        assert answer.status_code == 200, answer.text
        assert await missing(api) == []


async def test_where_there_were_none_that_is_said_and_listed_no_more(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    async with drill.running(lost.older) as api:
        for _ in range(2):
            none = await api.administrator.put(f"/scheduling/sessions/{lost.visit}/minutes", json={"text": None})
            assert (none.status_code, none.headers["ETag"]) == (200, '"1"')
            none = await api.administrator.put(f"{OF_PROGRAMME}/days-to-avoid", json={"days": []})
            assert (none.status_code, none.headers["ETag"]) == (200, '"1"')
        assert [it[0] for it in await missing(api)] == ["plan"]


async def test_a_visit_that_was_told_to_be_unbooked_is_not_told_of_again(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("scheduling")
    await set_clock(database, JUNE)
    await drill.publish(programme(), party(1), accepted(1), group_changed(1, advisor=EVA))
    async with drill.running(database) as api:
        await api.post(SESSIONS, LINE)
        await api.post(f"{PLAN}/publication", {})
    older = await copy_database(database)
    told = await drill.messages()
    await set_clock(database, datetime.combine(date(2024, 10, 20), datetime.min.time(), UTC))
    async with drill.running(database):
        pass
    assert await drill.messages() == told + 1
    await database.close()
    await drill.recover(older)
    async with drill.running(older):
        pass
    assert await drill.messages() == told + 1
