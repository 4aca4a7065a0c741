"""Attendance by the API: recorded, corrected, refused, shown; and what is missing is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Table, select

from services.registration import tables
from services.registration.attendance.domain.chasing import Delays
from services.registration.attendance.use_cases.ask_for_what_is_missing import (
    ask_for_what_is_missing,
    count_what_is_missing,
)
from services.registration.consumers import consumers
from shared.contracts.registration import ATTENDANCE_MISSING, ATTENDANCE_RECORDED
from shared.database import Database
from shared.ids import new_id
from tests.integration.registration.world import GROUP, MOLDE, OF_PROGRAMME, form_group, send, sign
from tests.support.api import Api, problem
from tests.support.databases import set_clock
from tests.support.events import completed, plan_published, session, session_id
from tests.support.facts import events_of, take
from tests.support.statements import statements

FIRST, LAST = "2024-09-24", "2024-09-25"
PATH = f"/registration/sessions/{session_id(1)}/attendance"
OF_MOLDE = f"{PATH}/{MOLDE}"
HELD = datetime(2024, 9, 25, 15, tzinfo=UTC)


def body(present: dict[str, list[str]]) -> dict[str, Any]:
    return {"present": [{"participant": who, "days": days} for who, days in present.items()]}


async def record(api: Api, present: dict[str, list[str]], **headers: str) -> dict[str, Any]:
    answer = await api.administrator.put(OF_MOLDE, json=body(present), headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(api: Api, status: int, present: dict[str, list[str]]) -> dict[str, Any]:
    return await api.refused(status, OF_MOLDE, body(present), method="PUT")


@pytest.fixture
async def group(api: Api, database: Database) -> dict[str, Any]:
    """Four in Molde's group, the second for the school owner, the third coordinates; the first joint session is held."""
    group = await form_group(api)
    await set_clock(database, HELD)
    await take(consumers, database, session(), completed(1))
    return group


def ids(group: dict[str, Any]) -> list[str]:
    return [it["id"] for it in group["participants"]]


async def told(database: Database) -> list[list[tuple[int, int, bool]]]:
    return [
        [(it.expected, it.present, it.school_owner_present) for it in event.data.days]
        for event in await events_of(database)
        if event.type == ATTENDANCE_RECORDED.type
    ]


async def test_who_was_there_is_recorded_by_day_and_told_in_figures(
    api: Api, database: Database, group: dict[str, Any]
) -> None:
    first, owner, *_ = ids(group)
    sheet = await record(api, {first: [FIRST, LAST], owner: [LAST]})
    assert [(it["present"], it["school_owner_present"]) for it in sheet["days"]] == [(1, False), (2, True)]
    shown = {it["participant"]: it["present_on"] for it in sheet["attendees"]}
    assert shown == {it: [] for it in ids(group)} | {first: [FIRST, LAST], owner: [LAST]}
    assert await told(database) == [[(4, 1, False), (4, 2, True)]]
    (event,) = [it for it in await events_of(database) if it.type == ATTENDANCE_RECORDED.type]
    assert not {"name", "participant", "person"} & set(event.data.model_dump())


async def test_a_correction_replaces_what_was_recorded_and_the_same_again_changes_nothing(
    api: Api, database: Database, group: dict[str, Any]
) -> None:
    first, owner, *_ = ids(group)
    before = await record(api, {first: [FIRST]})
    assert await record(api, {first: [FIRST]}) == before
    after = await record(api, {owner: [LAST]})
    assert (before["version"], after["version"]) == (1, 2)
    assert await told(database) == [[(4, 1, False), (4, 0, False)], [(4, 0, False), (4, 1, True)]]
    assert await api.get(OF_MOLDE) == after


async def test_who_saw_another_sheet_changes_nothing(api: Api, group: dict[str, Any]) -> None:
    first, *_ = ids(group)
    await record(api, {first: [FIRST]}, **{"If-Match": '"0"'})
    stale = await api.administrator.put(OF_MOLDE, json=body({}), headers={"If-Match": '"0"'})
    problem(stale, 412)
    assert stale.headers["ETag"] == '"1"'
    assert (await record(api, {}, **{"If-Match": '"1"'}))["version"] == 2


async def test_who_was_not_in_the_group_on_a_day_is_refused(api: Api, group: dict[str, Any]) -> None:
    first, *_ = ids(group)
    await api.delete(f"{GROUP}/participants/{first}?on={LAST}")
    why = await refused(api, 422, {first: [FIRST, LAST]})
    assert (why["rule"], why["field"], why["code"]) == ("R5", "present", "was_not_in_the_group")
    sheet = await record(api, {first: [FIRST]})
    assert [(it["expected"], it["present"]) for it in sheet["days"]] == [(4, 1), (3, 0)]


async def test_what_does_not_fit_the_session_is_refused(api: Api, database: Database, group: dict[str, Any]) -> None:
    first, *_ = ids(group)
    why = await refused(api, 422, {first: ["2024-09-26"]})
    assert (why["rule"], why["field"], why["code"]) == ("S5", "present", "day_is_not_of_the_session")
    assert (await refused(api, 404, {session_id(9): [FIRST]}))["code"] == "no_such_participant"
    await take(consumers, database, session("cancelled", version=3))
    why = await refused(api, 409, {first: [FIRST]})
    assert (why["rule"], why["field"], why["code"]) == ("S5", "session", "session_is_cancelled")
    await take(consumers, database, session("moved", version=4, last_day=None))
    assert (await refused(api, 409, {first: [FIRST]}))["code"] == "exact_days_are_missing"
    await take(consumers, database, session("moved", version=5, last_day=date(2024, 10, 2)))
    assert (await refused(api, 422, {first: [FIRST]}))["code"] == "dated_ahead"
    await api.refused(404, f"/registration/sessions/{session_id(9)}/attendance/{MOLDE}", body({}), method="PUT")


async def test_a_session_shows_the_sheets_of_all_parties_and_a_programme_the_figures(
    api: Api, group: dict[str, Any]
) -> None:
    first, owner, *_ = ids(group)
    await record(api, {first: [FIRST, LAST], owner: [LAST]})
    shown = await api.get(PATH)
    assert (shown["title"], shown["days"]) == ("Fellessamling 1", [FIRST, LAST])
    assert shown["parties"] == [await api.get(OF_MOLDE)]
    (figures,) = (await api.get(f"{OF_PROGRAMME}/attendance"))["items"]
    assert (figures["party"], figures["expected"], figures["present"]) == (MOLDE, 8, 3)
    assert [(it["days"], it["days_with_school_owner"]) for it in figures["sessions"]] == [(2, 1)]


async def test_who_was_there_and_is_erased_stays_in_the_figures_without_a_name(api: Api, group: dict[str, Any]) -> None:
    gone = group["participants"][0]
    before = await record(api, {gone["id"]: [FIRST, LAST]})
    successor = {"name": "Siri Aas", "email": "siri@molde.example"}
    await api.post(f"{GROUP}/participants/{gone['id']}/successor", successor)
    await api.post(f"/registration/people/{gone['person']}/erasure", {"reason": "asked_for"})
    after = await api.get(OF_MOLDE)
    assert (after["days"], after["version"]) == (before["days"], before["version"])
    shown = {it["participant"]: (it["name"], it["erased"]) for it in after["attendees"]}
    assert shown[gone["id"]] == (None, True)
    assert [it for it in shown.values() if it[1]] == [(None, True)]


async def test_two_who_turn_out_to_be_one_were_there_as_one(
    api: Api, database: Database, group: dict[str, Any]
) -> None:
    first, *_ = ids(group)
    await record(api, {first: [FIRST, LAST]})
    await api.delete(f"{GROUP}/participants/{first}")
    again = {"name": "Person Null", "email": "ny@molde.example"}
    added = await api.post(f"{GROUP}/participants", again)
    who = next(it["person"] for it in added["participants"] if it["id"] == added["added"])
    await api.patch(f"/registration/people/{who}", {"name": "Person 0", "email": "0@molde.example", "merge": True})
    sheet = await api.get(OF_MOLDE)
    assert [it["present_on"] for it in sheet["attendees"] if it["present_on"]] == [[FIRST, LAST]]
    assert {it["name"] for it in sheet["attendees"] if it["present_on"]} == {"Person 0"}


# What is missing.


async def asked(database: Database) -> list[tuple[int, int]]:
    """Stage and version of what was asked for so far, after the work was done twice."""
    for _ in range(2):
        await ask_for_what_is_missing(database, Delays())
    assert await count_what_is_missing(database, Delays()) == 0
    found = [it.data for it in await events_of(database) if it.type == ATTENDANCE_MISSING.type]
    return [(it.stage, it.version) for it in found]


@pytest.fixture
async def agreement(api: Api, database: Database) -> str:
    """Molde has signed in August, and the first joint session is held."""
    path = await send(api)
    await set_clock(database, datetime(2024, 8, 15, 12, tzinfo=UTC))
    await sign(api, path)
    await take(consumers, database, plan_published(), session(), completed(1))
    return path


async def days_after(database: Database, days: int) -> None:
    await set_clock(database, HELD + timedelta(days=days))


async def test_what_is_missing_is_asked_for_after_three_days_and_once_more_after_ten(
    database: Database, agreement: str
) -> None:
    found = []
    for days in range(2, 25):
        await days_after(database, days)
        found.append(len(await asked(database)))
    assert found == [0] + [1] * 7 + [2] * 15
    assert await asked(database) == [(1, 1), (2, 2)]


async def test_what_is_due_is_counted_until_it_is_done(database: Database, agreement: str) -> None:
    await days_after(database, 3)
    assert await count_what_is_missing(database, Delays()) == 1
    await asked(database)


async def test_a_clock_that_jumps_over_both_asks_once_and_for_nothing_that_is_long_past(
    database: Database, agreement: str
) -> None:
    await days_after(database, 12)
    assert await asked(database) == [(2, 1)]
    await take(consumers, database, session("completed", n=2, version=2))
    await set_clock(database, datetime(2025, 6, 1, tzinfo=UTC))
    assert await asked(database) == [(2, 1)]


async def test_what_is_recorded_is_not_asked_for(api: Api, database: Database, agreement: str) -> None:
    await days_after(database, 0)
    await record(api, {})
    await days_after(database, 3)
    assert await asked(database) == []


async def test_half_of_a_session_is_not_all_of_it(api: Api, database: Database, agreement: str) -> None:
    await days_after(database, -1)
    await record(api, {})
    await days_after(database, 3)
    assert await asked(database) == [(1, 1)]


async def test_a_cancelled_session_is_not_asked_about(database: Database, agreement: str) -> None:
    await take(consumers, database, session("cancelled", version=3))
    await days_after(database, 3)
    assert await asked(database) == []


async def test_who_has_left_is_not_asked(api: Api, database: Database, agreement: str) -> None:
    await days_after(database, 1)
    await api.post(f"{agreement}/end", {"ends_on": "2024-09-26", "reason": "De slutter."})
    await days_after(database, 3)
    assert await asked(database) == []


async def test_who_had_not_signed_by_then_is_not_asked(api: Api, database: Database) -> None:
    path = await send(api)
    await take(consumers, database, session(), completed(1))
    await days_after(database, 3)
    await sign(api, path, "2024-09-27")
    assert await asked(database) == []


async def test_by_a_draft_of_which_nobody_was_invited_nobody_owes_anything(api: Api, database: Database) -> None:
    """But for what was held nevertheless."""
    path = await send(api)
    await days_after(database, 3)
    await sign(api, path, "2024-09-25")
    await take(consumers, database, session())
    assert await asked(database) == []
    assert session_id(1) not in {it for _, it in await findings(api)}
    await take(consumers, database, plan_published())  # as a plan from before plans were published is told of, too
    assert await asked(database) == [(1, 1)]
    assert ("attendance_not_recorded", session_id(1)) in await findings(api)


async def test_what_was_held_by_a_draft_is_asked_about(api: Api, database: Database) -> None:
    path = await send(api)
    await days_after(database, 3)
    await sign(api, path, "2024-09-25")
    await take(consumers, database, session(), completed(1))
    assert await asked(database) == [(1, 1)]


async def test_a_session_that_is_moved_is_asked_about_anew(database: Database, agreement: str) -> None:
    await days_after(database, 3)
    assert await asked(database) == [(1, 1)]
    await take(consumers, database, session("moved", version=3, last_day=date(2024, 10, 10)))
    await set_clock(database, datetime(2024, 10, 13, 12, tzinfo=UTC))
    assert await asked(database) == [(1, 1), (1, 2)]


async def copied(database: Database, table: Table, **changes: Any) -> None:
    async with database.transaction() as connection:
        row = (await connection.execute(select(table).order_by(*table.primary_key))).mappings().first()
        await connection.execute(table.insert(), {**(row or {}), **changes})


async def statements_until_asked(database: Database) -> int:
    """Asked for anew as if it never had been."""
    async with database.transaction() as connection:
        await connection.execute(tables.attendance_asked_for.delete())
    with statements() as made:
        await ask_for_what_is_missing(database, Delays())
    return len(made)


async def test_it_takes_as_many_statements_for_many_parties_and_sessions_as_for_one(
    database: Database, agreement: str
) -> None:
    await days_after(database, 4)
    few = await statements_until_asked(database)
    for n in range(10):
        number = f"{900_000_000 + n}"
        await copied(database, tables.party, organisation_number=number)
        await copied(database, tables.application, id=f"application {n}", party=number)
        await copied(database, tables.agreement, id=f"agreement {n}", party=number)
        await copied(database, tables.session, id=new_id())
    assert await statements_until_asked(database) == few
    assert len([it for it in await events_of(database) if it.type == ATTENDANCE_MISSING.type]) == 1 + 11 * 11


async def test_each_programme_is_looked_at_by_itself(database: Database, agreement: str) -> None:
    """And not all of them anew for each."""
    await days_after(database, 4)
    made = [await statements_until_asked(database)]
    for code in ("a-2024-2025", "b-2024-2025", "c-2024-2025"):
        await copied(database, tables.programme, code=code)
        await copied(database, tables.plan, programme=code)
        await copied(database, tables.application, id=code, programme=code)
        await copied(database, tables.agreement, id=code, programme=code)
        await copied(database, tables.session, id=new_id(), programme=code)
        made.append(await statements_until_asked(database))
    first, *more = [after - before for before, after in pairwise(made)]
    assert more == [first, first]


async def findings(api: Api) -> list[tuple[str, str | None]]:
    found = (await api.get(f"{OF_PROGRAMME}/findings", party=MOLDE))["items"]
    return [(it["code"], it["session"]) for it in found]


async def test_what_is_not_met_is_found_and_a_concern_names_it(api: Api, database: Database, agreement: str) -> None:
    await days_after(database, 0)
    await record(api, {})
    await days_after(database, 1)
    assert await findings(api) == [
        ("contract_meeting_not_held", None),
        ("mapping_missing", None),
        ("nobody_came", session_id(1)),
    ]
    actors = [{"name": "Biblioteket", "field": "culture", "responsibility": "Lesing."}]
    answer = await api.administrator.put(f"{GROUP}/mapping", json={"actors": actors})
    assert answer.status_code == 200, answer.text
    assert "mapping_missing" not in [code for code, _ in await findings(api)]
    concern = {"raised_by": "council", "description": "Ingen kom.", "findings": ["nobody_came"]}
    raised = await api.post(f"{agreement}/concerns", concern)
    assert raised["findings"] == ["nobody_came"]
    assert (await events_of(database))[-1].data.findings == ("nobody_came",)
    assert (await api.get(f"{agreement}/concerns"))["items"] == [raised]
    await api.refused(422, f"{agreement}/concerns", concern | {"findings": ["bad_weather"]})
