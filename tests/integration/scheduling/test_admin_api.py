from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.sessions.use_cases.say_what_session_is import say_what_session_is
from services.scheduling.settings import Settings
from shared.contracts import registration as events
from shared.contracts.questions import WhatSession
from shared.database import Database
from shared.errors import NotFound
from shared.ids import new_id
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME, accepted, organisation_number, party, programme
from tests.support.facts import events_of, take

PLAN = Path(__file__).parents[3] / "services" / "scheduling" / "examples" / "plan-2024-2025.json"
SESSIONS = f"/scheduling/programmes/{PROGRAMME}/sessions"
NOW = datetime(2024, 9, 25, 14, tzinfo=UTC)
FIRST = {
    "kind": "joint_session",
    "format": "physical",
    "title": "Fellessamling 1",
    "number": 1,
    "instalment": 1,
    "when": {"days": {"first": "2024-09-24", "last": "2024-09-25"}},
    "venue": "Kimen",
    "city": "Stjørdal",
}
VISIT = {
    "kind": "guidance_visit",
    "format": "physical",
    "title": "Veiledningsbesøk 1",
    "number": 1,
    "party": organisation_number(1),
    "place": "Hos rektor",
    "meeting_link": "https://mote.example/1",
    "when": {"days": {"first": "2024-10-07", "last": "2024-10-07", "starts_at": "09:00", "ends_at": "14:00"}},
}


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await known(make_database)


async def known(make_database: MakeDatabase) -> Database:
    """A database that has heard of a programme and a party in it."""
    database = await make_database("scheduling")
    await set_clock(database, NOW)
    await take(consumers, database, programme(), party(1), accepted(1))
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def happened(database: Database) -> list[str]:
    return [event.type.split(".")[-2] for event in await events_of(database)]


async def test_the_whole_plan_is_entered_and_read_back_in_order(api: Api) -> None:
    plan = json.loads(PLAN.read_text(encoding="utf-8"))
    for line in reversed(plan):
        await api.post(SESSIONS, line)
    shown = await api.get(SESSIONS)
    assert [it["title"] for it in shown["items"]] == [it["title"] for it in plan]
    assert shown["items"][3]["when_text"] == "oktober 2024 (uke 40–44)"
    assert shown["items"][2]["instalment"] == 1


async def test_the_plan_comes_in_pages(api: Api) -> None:
    for line in json.loads(PLAN.read_text(encoding="utf-8")):
        await api.post(SESSIONS, line)
    pages: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        page = await api.get(SESSIONS, limit=7, **after)
        pages.append([it["id"] for it in page["items"]])
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert [len(it) for it in pages] == [7, 7, 5]
    assert len({id for page in pages for id in page}) == 19


async def test_a_session_is_followed_from_its_planning_to_its_completion(api: Api, database: Database) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    moved = await api.post(f"{path}/move", {"when": {"days": {"first": "2024-09-23", "last": "2024-09-24"}}})
    assert moved["when_text"] == "23.–24. september 2024"
    await api.patch(path, {"venue": "Scandic Hell"})
    assert (await api.post(f"{path}/completion"))["state"] == "completed"
    assert await api.get("/scheduling/summary", programme=PROGRAMME) == {
        "physical_sessions_completed": 1,
        "digital_sessions_completed": 0,
    }
    assert (await api.post(f"{path}/completion-revoked"))["state"] == "planned"
    events = await events_of(database)
    assert [event.type.split(".", 2)[2] for event in events] == [
        f"physical_session.{it}.v1" for it in ("planned", "moved", "changed", "completed", "completion_revoked")
    ]
    assert [event.data.version for event in events] == [1, 2, 3, 4, 5]
    held = events[3].data
    assert (held.place, held.venue, held.city) == ("Scandic Hell, Stjørdal", "Scandic Hell", "Stjørdal")


async def test_a_rough_date_is_sharpened_and_never_made_rougher(api: Api) -> None:
    arena = await api.post(
        SESSIONS,
        {"kind": "sharing_arena", "format": "undecided", "title": "Delingsarena", "when": {"months": ["2026-01"]}},
    )
    path = f"/scheduling/sessions/{arena['id']}/sharpening"
    days = {"when": {"days": {"first": "2026-01-14", "last": "2026-01-15"}}}
    assert (await api.post(path, days))["when_text"] == "14.–15. januar 2026"
    refused = await api.refused(422, path, {"when": {"months": ["2026-01"]}})
    assert (refused["rule"], refused["field"]) == ("S2", "when")


async def test_the_same_request_twice_answers_the_same_and_makes_one_event(api: Api, database: Database) -> None:
    once = await api.post(SESSIONS, FIRST)
    assert await api.post(SESSIONS, FIRST) == once
    path = f"/scheduling/sessions/{once['id']}"
    completed = await api.post(f"{path}/completion")
    assert await api.post(f"{path}/completion") == completed
    revoked = await api.post(f"{path}/completion-revoked")
    assert await api.post(f"{path}/completion-revoked") == revoked
    gone = await api.post(f"{path}/cancellation")
    assert await api.post(f"{path}/cancellation") == gone
    assert await happened(database) == ["planned", "completed", "completion_revoked", "cancelled"]


async def test_a_session_that_was_completed_since_still_answers_its_planning(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST)
    completed = await api.post(f"/scheduling/sessions/{session['id']}/completion")
    assert await api.post(SESSIONS, FIRST) == completed


async def test_other_content_in_the_same_place_of_the_plan_is_refused(api: Api, database: Database) -> None:
    await api.post(SESSIONS, FIRST)
    refused = await api.refused(409, SESSIONS, {**FIRST, "title": "Fellessamling en"})
    assert (refused["rule"], refused["field"]) == ("S4", "number")
    second = await api.post(SESSIONS, {**FIRST, "number": 2, "instalment": 2})
    refused = await api.refused(409, f"/scheduling/sessions/{second['id']}", {"number": 1}, method="PATCH")
    assert refused["rule"] == "S4"
    assert await happened(database) == ["planned", "planned"]


async def test_a_second_session_of_a_kind_without_a_number_is_told_to_have_one(api: Api) -> None:
    inspiration = {it: FIRST[it] for it in FIRST if it not in {"number", "instalment"}} | {
        "kind": "inspiration_session"
    }
    standing = await api.post(SESSIONS, inspiration)
    second = inspiration | {"title": "Inspirasjonssamling to"}
    refused = await api.refused(409, SESSIONS, second)
    assert refused["message"].endswith(f"{standing['id']} of that kind has no number either: give this one a number")
    await api.post(SESSIONS, second | {"number": 2})


async def test_a_cancelled_sessions_place_and_instalment_are_free_again(api: Api) -> None:
    gone = await api.post(SESSIONS, FIRST)
    await api.post(f"/scheduling/sessions/{gone['id']}/cancellation")
    anew = await api.post(SESSIONS, FIRST)
    assert anew["id"] != gone["id"]
    assert anew["instalment"] == 1


async def test_a_cancellation_that_is_taken_back_brings_the_instalment_with_it(api: Api, database: Database) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    gone = await api.post(f"{path}/cancellation")
    assert (gone["instalment"], gone["freed_instalment"]) == (None, 1)
    back = await api.post(f"{path}/cancellation-revoked")
    assert back == session | {"version": 3}
    assert (
        await api.administrator.post(f"{path}/cancellation-revoked")
    ).json() == back  # without a body, and once more
    assert await happened(database) == ["planned", "cancelled", "cancellation_revoked"]
    told = (await events_of(database))[-1].data
    assert (told.state, told.instalment, told.freed_instalment) == ("planned", 1, None)


async def test_a_session_comes_back_without_an_instalment_that_another_carries_by_now(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    await api.post(f"{path}/cancellation")
    other = await api.post(SESSIONS, FIRST | {"number": 2})
    back = await api.post(f"{path}/cancellation-revoked")
    assert (back["state"], back["instalment"], back["freed_instalment"]) == ("planned", None, 1)
    await api.post(f"/scheduling/sessions/{other['id']}/instalment", {"instalment": None})
    given = await api.post(f"{path}/instalment", {"instalment": 1})
    assert (given["instalment"], given["freed_instalment"]) == (1, None)


async def test_a_session_does_not_come_back_to_a_place_that_another_has_taken(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    await api.post(f"{path}/cancellation")
    anew = await api.post(SESSIONS, FIRST)
    refused = await api.refused(409, f"{path}/cancellation-revoked")
    assert (refused["rule"], refused["field"]) == ("S4", "number")
    await api.post(f"/scheduling/sessions/{anew['id']}/cancellation")
    assert (await api.post(f"{path}/cancellation-revoked"))["instalment"] == 1


async def test_a_session_does_not_come_back_outside_a_period_that_was_changed_meanwhile(
    api: Api, database: Database
) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    await api.post(f"{path}/cancellation")
    await take(consumers, database, programme(version=2, period_start=date(2025, 1, 1)))
    assert (await api.refused(422, f"{path}/cancellation-revoked"))["rule"] == "S1"


async def test_a_cancelled_session_is_not_moved_anywhere(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    await api.post(f"{path}/cancellation")
    for when in (FIRST["when"], {"days": {"first": "2024-09-23", "last": "2024-09-24"}}):
        for act in ("move", "sharpening"):
            refused = await api.refused(409, f"{path}/{act}", {"when": when})
            assert (refused["rule"], refused["field"]) == ("S3", "when")
            assert "cancelled" in refused["message"]


async def test_the_number_of_a_session_that_became_digital_is_given_to_another(api: Api) -> None:
    first = await api.post(SESSIONS, FIRST)
    other = await api.post(SESSIONS, {**FIRST, "number": 2, "instalment": None})
    path = f"/scheduling/sessions/{other['id']}/instalment"
    refused = await api.refused(409, path, {"instalment": 1})
    assert (refused["rule"], refused["field"]) == ("B3", "instalment")
    digital = await api.post(f"/scheduling/sessions/{first['id']}/format", {"format": "digital"})
    assert digital["instalment"] is None
    assert (await api.post(path, {"instalment": 1}))["instalment"] == 1
    refused = await api.refused(422, f"/scheduling/sessions/{first['id']}/instalment", {"instalment": 2})
    assert refused["rule"] == "B3"


async def test_what_is_held_with_one_party_is_told_without_title_and_place(api: Api, database: Database) -> None:
    visit = await api.post(SESSIONS, VISIT)
    (event,) = await events_of(database)
    assert event.subject == f"{PROGRAMME}.{organisation_number(1)}"
    body = event.model_dump_json()
    assert "rektor" not in body
    assert "mote.example" not in body
    assert "Veiledningsbesøk" not in body
    details = await say_what_session_is(database, WhatSession(session=visit["id"]))
    assert details.title == "Veiledningsbesøk 1"
    assert (details.place, details.meeting_link) == ("Hos rektor", "https://mote.example/1")


async def test_no_event_carries_a_meeting_link(api: Api, database: Database) -> None:
    await api.post(SESSIONS, {**FIRST, "meeting_link": "https://mote.example/felles"})
    (event,) = await events_of(database)
    assert "mote.example" not in event.model_dump_json()


async def test_a_completed_session_is_not_changed(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    await api.post(f"{path}/completion")
    moved = {"when": {"days": {"first": "2024-09-23", "last": "2024-09-24"}}}
    for end, body in (("move", moved), ("format", {"format": "digital"}), ("instalment", {"instalment": 2})):
        refused = await api.refused(409, f"{path}/{end}", body)
        assert refused["rule"] == "S3", end
    assert (await api.patch(path, {"city": "Hell"}))["place"] == "Kimen, Hell"
    refused = await api.refused(422, path, {"city": None}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("S3", "city")


async def test_a_session_that_carries_an_instalment_says_where_before_it_is_completed(api: Api) -> None:
    session = await api.post(SESSIONS, {**FIRST, "venue": None, "city": None, "place": "Stjørdal"})
    path = f"/scheduling/sessions/{session['id']}"
    for field, value in (("venue", "Kimen"), ("city", "Stjørdal")):
        refused = await api.refused(422, f"{path}/completion")
        assert (refused["rule"], refused["field"]) == ("S3", field)
        session = await api.patch(path, {field: value})
    assert session["place"] == "Kimen, Stjørdal"
    assert (await api.post(f"{path}/completion"))["state"] == "completed"


async def test_a_session_that_carries_no_instalment_is_completed_wherever_it_was(api: Api) -> None:
    nowhere = {"instalment": None, "venue": None, "city": None}
    session = await api.post(SESSIONS, FIRST | nowhere)
    assert (await api.post(f"/scheduling/sessions/{session['id']}/completion"))["state"] == "completed"


async def test_a_place_that_says_otherwise_than_venue_and_city_is_refused(api: Api) -> None:
    refused = await api.refused(422, SESSIONS, FIRST | {"place": "Trondheim"})
    assert (refused["rule"], refused["field"]) == ("S3", "place")
    session = await api.post(SESSIONS, FIRST | {"place": "Kimen, Stjørdal"})
    refused = await api.refused(422, f"/scheduling/sessions/{session['id']}", {"place": "Trondheim"}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("S3", "place")


async def test_a_session_is_not_completed_before_its_last_day(api: Api) -> None:
    session = await api.post(SESSIONS, {**FIRST, "when": {"days": {"first": "2024-09-25", "last": "2024-09-26"}}})
    refused = await api.refused(422, f"/scheduling/sessions/{session['id']}/completion")
    assert (refused["rule"], refused["field"]) == ("S3", "when")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "by letter"}, "format"),
        ({"when": {"days": {"first": "2024-13-01", "last": "2024-13-01"}}}, "when.days.first"),
        ({"when": {}}, "when"),
        ({"when": {"months": ["0000-01"]}}, "when.months"),
        ({"instalment": 4}, "instalment"),
        ({"colour": "red"}, "colour"),
        ({"title": "En\ntittel"}, "title"),
        ({"title": "En\x00tittel"}, "title"),
    ],
)
async def test_bad_input_names_the_field(api: Api, database: Database, change: dict[str, Any], field: str) -> None:
    assert (await api.refused(422, SESSIONS, FIRST | change))["field"] == field
    assert await events_of(database) == []


async def test_what_is_not_known_is_not_found(api: Api) -> None:
    assert (await api.refused(404, "/scheduling/programmes/other/sessions", FIRST))["field"] == "programme"
    stranger = {**VISIT, "party": organisation_number(2)}
    assert (await api.refused(404, SESSIONS, stranger))["field"] == "party"
    assert (await api.refused(404, "/scheduling/sessions/none/completion"))["field"] == "session"


async def test_nothing_is_planned_in_what_is_deleted_or_with_whom_until_they_come_again(
    api: Api, database: Database
) -> None:
    gone = events.PARTY_DELETED.event(party(1, 2, deleted=True).data, id=new_id(), time=NOW)
    await take(consumers, database, gone)
    assert (await api.refused(404, SESSIONS, VISIT))["field"] == "party"
    await take(consumers, database, party(1), party(1, 3))
    await api.post(SESSIONS, VISIT)
    gone_too = events.PROGRAMME_DELETED.event(programme(version=2, deleted=True).data, id=new_id(), time=NOW)
    await take(consumers, database, gone_too, programme())
    assert (await api.refused(404, SESSIONS, FIRST))["field"] == "programme"
    problem(await api.administrator.get(SESSIONS), 404)
    await take(consumers, database, programme(version=3))
    await api.post(SESSIONS, FIRST)


async def test_an_unknown_session_is_not_described(database: Database) -> None:
    with pytest.raises(NotFound):
        await say_what_session_is(database, WhatSession(session="none"))


async def test_a_reader_reads_and_changes_nothing(api: Api) -> None:
    await api.post(SESSIONS, FIRST)
    assert (await api.reader.get(SESSIONS)).status_code == 200
    problem(await api.reader.post(SESSIONS, json=FIRST), 403)


async def test_a_reader_sees_of_a_session_what_its_events_tell(api: Api) -> None:
    """Title and place of a visit, and every link, may name people."""
    for body in (FIRST | {"meeting_link": "https://mote.example/2"}, VISIT):
        it = await api.post(SESSIONS, body)
        (seen,) = [one for one in (await api.reader.get(SESSIONS)).json()["items"] if one["id"] == it["id"]]
        hidden = {"meeting_link"} if body is not VISIT else {"title", "place", "venue", "city", "meeting_link"}
        assert seen == it | dict.fromkeys(hidden)
        assert (await api.reader.get(f"/scheduling/sessions/{it['id']}")).json() == seen


async def test_what_the_period_binds_is_neither_planned_nor_moved_out_of_it(api: Api) -> None:
    outside = {"when": {"days": {"first": "2030-01-01", "last": "2030-01-01"}}}
    assert (await api.refused(422, SESSIONS, FIRST | outside))["rule"] == "S1"
    session = await api.post(SESSIONS, FIRST)
    refused = await api.refused(422, f"/scheduling/sessions/{session['id']}/move", outside)
    assert (refused["rule"], refused["field"]) == ("S1", "when")


async def test_a_number_that_another_session_has_is_refused_whoever_comes_first(
    postgres_database: MakeDatabase, tmp_path: Path
) -> None:
    async with api_of(create, Settings, await known(postgres_database), tmp_path) as api:
        second = await api.post(SESSIONS, FIRST | {"number": 2, "instalment": None})
        path = f"/scheduling/sessions/{second['id']}"
        for number in range(10, 20):
            planned = FIRST | {"number": number, "instalment": None}
            answers = await asyncio.gather(
                api.administrator.patch(path, json={"number": number}),
                *(api.administrator.post(SESSIONS, json=planned) for _ in range(2)),
            )
            assert {it.status_code for it in answers} <= {200, 201, 409}
        numbers = [it["number"] for it in (await api.get(SESSIONS))["items"]]
        assert len(numbers) == len(set(numbers))


async def test_two_at_once_plan_one_session(postgres_database: MakeDatabase, tmp_path: Path) -> None:
    database = await known(postgres_database)
    async with api_of(create, Settings, database, tmp_path) as api:
        answers = await asyncio.gather(*(api.post(SESSIONS, FIRST) for _ in range(6)))
        assert len({it["id"] for it in answers}) == 1
        assert await happened(database) == ["planned"]


async def test_two_at_once_give_an_instalment_to_one_session(postgres_database: MakeDatabase, tmp_path: Path) -> None:
    database = await known(postgres_database)
    async with api_of(create, Settings, database, tmp_path) as api:
        bare = {**FIRST, "instalment": None}
        sessions = [await api.post(SESSIONS, {**bare, "number": n}) for n in (1, 2, 3)]
        paths = [f"/scheduling/sessions/{it['id']}/instalment" for it in sessions]
        answers = await asyncio.gather(*(api.administrator.post(path, json={"instalment": 1}) for path in paths))
        assert sorted(it.status_code for it in answers) == [200, 409, 409]
