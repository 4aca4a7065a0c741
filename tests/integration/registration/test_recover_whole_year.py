"""Attendance and contact lists, put back from an older moment and recovered from the streams: figures, and nobody is asked twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.database import Database
from tests.integration.registration.test_recover import missing_of
from tests.integration.registration.world import AGREEMENT, APRIL, GROUP, MOLDE, OF_PROGRAMME, form_group, send, sign
from tests.support.api import Api
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import completed, session, session_id

FIRST, LAST = "2024-09-24", "2024-09-25"
SHEET = f"/registration/sessions/{session_id(1)}/attendance/{MOLDE}"
FIGURES = f"{OF_PROGRAMME}/attendance"
LISTS = f"{OF_PROGRAMME}/contact-lists"
AUGUST = datetime(2024, 8, 15, 12, tzinfo=UTC)
AFTER_THREE_DAYS = datetime(2024, 9, 28, 12, tzinfo=UTC)
STAGES = {days: datetime(2024, 7, day, 12, tzinfo=UTC) for days, day in ((30, 2), (14, 18))}


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("registration")


async def took_part(drill: Drill, database: Database) -> None:
    """Molde has signed, and the first joint session is held."""
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        agreement = await send(api)
    await set_clock(database, AUGUST)
    async with drill.running(database) as api:
        await sign(api, agreement)
    await drill.publish(session(), completed(1))


async def record(api: Api, *on: list[str]) -> dict[str, Any]:
    """On which days each of the group was there, in the group's order."""
    who = [it["id"] for it in (await api.get(GROUP))["participants"]]
    present = [{"participant": it, "days": days} for it, days in zip(who, on, strict=False)]
    answer = await api.administrator.put(SHEET, json={"present": present})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_figures_come_back_and_who_was_there_is_missing_until_it_is_said_anew(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    await took_part(drill, database)
    await set_clock(database, AFTER_THREE_DAYS)
    async with drill.running(database) as api:
        await record(api, [FIRST])
    older = await copy_database(database)
    async with drill.running(database) as api:
        before, figures = await record(api, [FIRST, LAST], [LAST]), await api.get(FIGURES)
    await database.close()
    assert (await drill.recover(older)).invalid == []
    told = await drill.messages()
    async with drill.running(older) as api:
        found = await api.get(SHEET)
        assert (found["version"], found["days"], found["is_lost"]) == (2, before["days"], True)
        assert [it["present_on"] for it in found["attendees"]] == [[]] * 4
        assert await api.get(FIGURES) == figures
        assert await missing_of(api) == [("attendance", f"{session_id(1)}/{MOLDE}", ("present",))]
        assert (await record(api, [FIRST, LAST], [LAST]))["version"] == 3
        assert await missing_of(api) == []
    assert await drill.messages() == told + 1


async def test_what_was_asked_for_is_not_asked_for_again(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    await took_part(drill, database)
    async with drill.running(database):
        pass
    older = await copy_database(database)
    await set_clock(database, AFTER_THREE_DAYS)
    told = await drill.messages()
    async with drill.running(database):
        pass
    assert await drill.messages() == told + 1
    await database.close()
    await drill.recover(older)
    async with drill.running(older):
        pass
    assert await drill.messages() == told + 1
    await set_clock(older, datetime(2024, 10, 5, 12, tzinfo=UTC))  # after ten days it is, once more
    async with drill.running(older):
        pass
    assert await drill.messages() == told + 2


async def test_a_contact_list_that_was_exchanged_is_not_exchanged_again_and_what_was_asked_for_is_not_either(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        group = await form_group(api)
        await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
        await api.delete(f"{GROUP}/participants/{group['participants'][0]['id']}")  # three are left: it lacks somebody
    older = await copy_database(database)
    for day in STAGES.values():
        await set_clock(database, day)
        async with drill.running(database) as api:
            (before,) = (await api.get(LISTS))["items"]
    assert (before["version"], before["asked_before"], before["exchanged_on"]) == (3, 14, "2024-07-18")
    await database.close()
    assert (await drill.recover(older)).invalid == []
    told = await drill.messages()
    async with drill.running(older) as api:
        assert (await api.get(LISTS))["items"] == [before]
    assert await drill.messages() == told
