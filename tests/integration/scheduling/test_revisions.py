"""Many moves in one step: all of them, or nothing, as one revision of a published plan (S6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.plans.use_cases.say_what_plan_is import say_what_plan_is
from services.scheduling.settings import Settings
from shared.contracts.questions import WhatPlan
from shared.contracts.scheduling import Plan
from shared.database import Database
from shared.ids import new_id
from shared.when_text import when_text
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME, accepted, organisation_number, party, programme
from tests.support.facts import events_of, take

OF_PROGRAMME = f"/scheduling/programmes/{PROGRAMME}"
SESSIONS, PLAN, REVISIONS = f"{OF_PROGRAMME}/sessions", f"{OF_PROGRAMME}/plan", f"{OF_PROGRAMME}/plan/revisions"
NOW = datetime(2024, 9, 25, 14, tzinfo=UTC)


def days(first: str, last: str | None = None) -> dict[str, Any]:
    return {"days": {"first": first, "last": last or first}}


HELD = {
    "kind": "joint_session",
    "format": "digital",
    "title": "Fellessamling 1",
    "number": 1,
    "when": days("2024-09-24"),
}
SECOND = HELD | {"title": "Fellessamling 2", "number": 2, "when": days("2024-11-26", "2024-11-27")}
MEETING = {
    "kind": "coordinator_meeting",
    "format": "digital",
    "title": "Koordinatorsamling 1",
    "number": 1,
    "when": {"weeks": [{"year": 2024, "first": 44, "last": 44}]},
}
VISITS = {
    "kind": "guidance_visit",
    "format": "physical",
    "title": "Veiledningsbesøk 1",
    "number": 1,
    "when": {"months": ["2024-10"]},
}
VISIT = VISITS | {"party": organisation_number(1), "when": days("2024-10-07")}
ARENA = {"kind": "sharing_arena", "format": "undecided", "title": "Delingsarena", "when": {"months": ["2026-01"]}}


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("scheduling")
    await set_clock(database, NOW)
    await take(consumers, database, programme(), party(1), accepted(1))
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


@pytest.fixture
async def ids(api: Api) -> list[str]:
    """Of a published plan: a session that was held, two to come, visits with everyone and with one party, a sharing arena."""
    found = [(await api.post(SESSIONS, it))["id"] for it in (HELD, SECOND, MEETING, VISITS, VISIT, ARENA)]
    await api.post(f"/scheduling/sessions/{found[0]}/completion")
    await api.post(f"{PLAN}/publication")
    return [str(it) for it in found]


async def dates(api: Api) -> list[str]:
    return [it["when_text"] for it in (await api.get(SESSIONS))["items"]]


async def test_many_moves_are_one_revision(api: Api, database: Database, ids: list[str]) -> None:
    told = len(await events_of(database))
    moves = [
        {"session": ids[1], "when": days("2024-12-03", "2024-12-04"), "version": 1},
        {"session": ids[2], "when": days("2024-10-29")},
        {"session": ids[4], "when": days("2024-10-08")},
    ]
    plan = await api.post(REVISIONS, {"moves": moves, "reason": "illness"})
    assert [(it["number"], it["reason"], it["changed"]) for it in plan["revisions"]] == [
        (2, "illness", 2),
        (1, None, None),
    ]
    news = (await events_of(database))[told:]
    assert sorted(it.type.split(".")[2] for it in news[:3]) == [
        "coordinator_meeting",
        "digital_session",
        "guidance_visit",
    ]
    assert {it.data.version for it in news[:3]} == {2}
    assert isinstance(news[3].data, Plan)
    assert (news[3].data.revision, news[3].data.reason, news[3].data.changed) == (2, "illness", 2)


async def test_the_same_moves_again_change_nothing(api: Api, database: Database, ids: list[str]) -> None:
    moves = {"moves": [{"session": ids[1], "when": days("2024-12-03"), "version": 1}]}
    await api.post(REVISIONS, moves)
    told = await events_of(database)
    assert (await api.post(REVISIONS, moves))["revision"] == 2
    assert await events_of(database) == told


async def test_what_is_held_with_one_party_alone_makes_no_revision(api: Api, ids: list[str]) -> None:
    assert (await api.post(REVISIONS, {"moves": [{"session": ids[4], "when": days("2024-10-09")}]}))["revision"] == 1
    assert "9. oktober 2024" in await dates(api)


def move(id: str, first: str = "2024-12-03", **more: Any) -> dict[str, Any]:
    return {"session": id, "when": days(first)} | more


async def test_one_that_cannot_be_moved_has_none_be_moved_and_is_named(
    api: Api, database: Database, ids: list[str]
) -> None:
    before, told = await dates(api), await events_of(database)
    cancelled = (
        await api.post(SESSIONS, HELD | {"number": 3, "title": "Fellessamling 3", "when": days("2024-10-02")})
    )["id"]
    await api.post(f"/scheduling/sessions/{cancelled}/cancellation")
    good, told = move(ids[1]), await events_of(database)
    for status, bad, code, field, name in (
        (409, move(ids[0]), "revises_a_completed_session", "moves.1.session", "Fellessamling 1"),
        (409, move(cancelled), "revises_a_cancelled_session", "moves.1.session", "Fellessamling 3"),
        (422, move(ids[2], "2026-02-01"), "revision_leaves_the_period", "moves.1.session", "Koordinatorsamling 1"),
        (422, move(ids[1]), "session_is_moved_twice", "moves.1.session", ids[1]),
        (404, move(new_id()), "no_such_session", "moves.1.session", ""),
        (409, move(ids[2], version=7), "session_was_changed", "moves.1.version", ids[2]),
        (
            422,
            {"session": ids[2], "when": {"weeks": [{"year": 2024, "first": 53, "last": 53}]}},
            "no_such_weeks",
            "when.weeks",
            "",
        ),
    ):
        refused = await api.refused(status, REVISIONS, {"moves": [good, bad]})
        assert (refused["code"], refused["field"]) == (code, field)
        assert name in refused["message"]
    assert [it for it in await dates(api) if it != "2. oktober 2024"] == before
    assert await events_of(database) == told


async def test_all_that_is_planned_ahead_is_postponed_as_precisely_as_it_was(api: Api, ids: list[str]) -> None:
    body = {"postpone_weeks": 5, "revision": 1, "reason": "postponed"}
    before = await dates(api)
    told = await api.refused(409, REVISIONS, body)
    assert (told["code"], told["values"]["of"], told["values"]["name"]) == (
        "public_holiday",
        "Fellessamling 2",
        "første nyttårsdag",
    )
    assert await dates(api) == before
    plan = await api.post(REVISIONS, body | {"accepted": ["public_holiday"]})
    assert [it["changed"] for it in plan["revisions"]] == [4, None]
    assert sorted(await dates(api)) == sorted(
        [
            "24. september 2024",
            "31. desember 2024 – 1. januar 2025",
            "uke 49 2024",
            "november eller desember 2024",
            "11. november 2024",
            "februar eller mars 2026",
        ]
    )


async def test_who_asks_twice_postpones_once(api: Api, ids: list[str]) -> None:
    body = {"postpone_weeks": 1, "revision": 1}
    await api.post(REVISIONS, body)
    once = await dates(api)
    assert (await api.refused(409, REVISIONS, body))["code"] == "plan_was_revised"
    assert await dates(api) == once
    assert ids


async def test_what_is_no_revision_is_refused(api: Api, ids: list[str]) -> None:
    late = HELD | {"title": "Fellessamling 4", "number": 4, "when": days("2025-06-10")}
    await api.post(SESSIONS, late)
    for status, body, code in (
        (422, {}, "moves_or_weeks"),
        (422, {"moves": [move(ids[1])], "postpone_weeks": 1, "revision": 2}, "moves_or_weeks"),
        (422, {"postpone_weeks": 1}, "revision_is_missing"),
        (409, {"moves": [move(ids[1])], "revision": 3}, "plan_was_revised"),
        (422, {"postpone_weeks": 52, "revision": 2}, "revision_leaves_the_period"),
    ):
        assert (await api.refused(status, REVISIONS, body))["code"] == code
    assert (await api.get(PLAN))["revision"] == 2


async def test_what_speaks_against_many_moves_is_told_of_each_session_and_nothing_is_moved(
    api: Api, database: Database, ids: list[str]
) -> None:
    before, told = await dates(api), await events_of(database)
    moves = {"moves": [move(ids[1], "2024-11-30"), move(ids[2], "2024-12-25"), move(ids[4], "2024-11-30")]}
    found = problem(await api.administrator.post(REVISIONS, json=moves), 409)
    assert [(it["code"], it["values"]["of"]) for it in found["errors"]] == [
        ("visit_on_joint_session", "Fellessamling 2 / Veiledningsbesøk 1, Kommune 1"),
        ("weekend", "Fellessamling 2"),
        ("weekend", "Veiledningsbesøk 1, Kommune 1"),
        ("public_holiday", "Koordinatorsamling 1"),
    ]
    half = moves | {"accepted": ["weekend", "public_holiday"]}
    assert problem(await api.administrator.post(REVISIONS, json=half), 409)["errors"] == found["errors"]
    assert (await dates(api), await events_of(database)) == (before, told)
    all_of_them = moves | {
        "accepted": ["weekend", "public_holiday", "visit_on_joint_session"],
        "accepted_because": "Jul",
    }
    assert (await api.post(REVISIONS, all_of_them))["revision"] == 2
    items = (await api.get(f"{OF_PROGRAMME}/warnings"))["warnings"]
    assert {(it["accepted"]["by"], it["accepted"]["because"]) for it in items} == {("the administrator", "Jul")}
    assert len(items) == len(found["errors"])


async def test_a_draft_has_no_revisions(api: Api) -> None:
    id = (await api.post(SESSIONS, SECOND))["id"]
    assert (await api.refused(409, REVISIONS, {"moves": [move(id)]}))["code"] == "plan_is_a_draft"


async def test_the_plan_is_answered_as_it_stands(api: Api, database: Database, ids: list[str]) -> None:
    await api.post(f"/scheduling/sessions/{ids[1]}/cancellation")
    answer = await say_what_plan_is(database, WhatPlan(programme=PROGRAMME))
    assert answer.revision == 2
    told = [(it.title, when_text(it.when)) for it in answer.sessions]
    assert told == [
        ("Fellessamling 1", "24. september 2024"),
        ("Veiledningsbesøk 1", "oktober 2024"),
        ("Koordinatorsamling 1", "uke 44 2024"),
        ("Delingsarena", "januar 2026"),
    ]
