"""A municipality draws up its development plan, and works through its phases (R11)."""

from __future__ import annotations

from typing import Any

from shared.database import Database
from tests.integration.registration.test_development_areas import AREA, COUNTY_BRANCH, OF_BRANCH, OTHER_BRANCH
from tests.integration.registration.world import (
    BRANCH,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    accept,
    apply,
    happened,
    send,
    sign,
)
from tests.support.api import Api, if_match
from tests.support.databases import set_clock
from tests.support.facts import events_of

PLAN = f"{GROUP}/development-plan"
NEW = "942110464"
FOCUS = "Kulturskolen som del av skoledagen."
PHASES = ("needs", "possibilities", "goals", "measures", "evaluation")
NOTE = "Færrest barn deltar fra nordre krets."


async def put(api: Api, body: dict[str, Any], *, status: int = 200, seen: str | None = None) -> dict[str, Any]:
    answer = await api.administrator.put(PLAN, json=body, headers=if_match(seen))
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def states(plan: dict[str, Any]) -> list[str]:
    return [it["state"] for it in plan["phases"].values()]


async def adopted(api: Api, branch: dict[str, Any] = COUNTY_BRANCH, **changes: str) -> str:
    """The id of an area that a branch has adopted."""
    await api.post("/registration/parties", branch)
    path = OF_BRANCH.replace(BRANCH, branch["organisation_number"])
    return str((await api.post(path, AREA | changes))["id"])


async def test_a_plan_is_written_and_its_phases_go_in_any_order_and_back(api: Api, database: Database) -> None:
    await accept(api)
    area = await adopted(api)
    empty = await api.get(PLAN)
    assert (empty["version"], empty["focus"], set(states(empty))) == (0, None, {"not_begun"})
    body = {"focus": FOCUS, "development_area": area, "phases": {"needs": {"state": "done", "note": NOTE}}}
    first = await put(api, body)
    assert (first["version"], first["focus"], first["development_area_name"]) == (1, FOCUS, AREA["name"])
    assert first["phases"]["needs"] == {"state": "done", "note": NOTE}
    assert (first["changed_by"], first["changed_at"][:10], first["lost"]) == ("the administrator", "2024-04-15", [])
    assert await put(api, body) == first
    second = await api.patch(
        PLAN, {"phases": {"evaluation": {"state": "in_progress"}, "needs": {"state": "not_begun"}}}
    )
    assert states(second) == ["not_begun", "not_begun", "not_begun", "not_begun", "in_progress"]
    assert (second["focus"], second["phases"]["needs"]["note"]) == (FOCUS, NOTE)
    third = await put(api, {"focus": FOCUS})
    assert (set(states(third)), third["development_area"]) == ({"not_begun"}, None)
    told = [it.data for it in await events_of(database) if it.type.endswith("development_plan.changed.v1")]
    assert [(it.version, it.phases.needs, it.notes, it.development_area, it.has_focus) for it in told] == [
        (1, "done", 1, area, True),
        (2, "not_begun", 1, area, True),
        (3, "not_begun", 0, None, True),
    ]
    assert all(prose not in it.model_dump_json() for it in told for prose in (FOCUS, NOTE))


async def test_what_stood_before_is_kept_and_read(api: Api, database: Database) -> None:
    await accept(api)
    written = [await put(api, {"focus": FOCUS}), await api.patch(PLAN, {"phases": {"goals": {"note": NOTE}}})]
    await set_clock(database, OCTOBER)
    written.append(await api.patch(PLAN, {"focus": None}))
    found = (await api.get(f"{PLAN}/versions"))["items"]
    of_versions = [{name: it[name] for name in found[0]} for it in written]
    assert found == of_versions[::-1]
    assert [it["changed_at"][:7] for it in found] == ["2024-10", "2024-04", "2024-04"]
    page = await api.get(f"{PLAN}/versions", limit=2)
    assert [it["version"] for it in page["items"]] == [3, 2]
    assert [it["version"] for it in (await api.get(f"{PLAN}/versions", after=page["next"]))["items"]] == [1]
    assert (await api.reader.get(f"{PLAN}/versions")).status_code == 403
    await api.refused(404, f"{PLAN.replace(MOLDE, '940000000')}/versions", method="GET")


async def test_nobodys_change_is_lost_unseen(api: Api) -> None:
    await accept(api)
    await put(api, {"focus": FOCUS}, seen='"0"')
    stale = await put(api, {"focus": "Noe annet."}, status=412, seen='"0"')
    assert stale["code"] == "changed_meanwhile"
    assert (await api.get(PLAN))["focus"] == FOCUS


async def test_5_000_letters_of_note_are_too_many(api: Api) -> None:
    await accept(api)
    refused = await put(api, {"phases": {phase: {"note": "å" * 5_000} for phase in PHASES}}, status=422)
    assert [(it["code"], it["field"]) for it in refused["errors"]] == [
        ("string_too_long", f"phases.{phase}.note") for phase in PHASES
    ]
    assert refused["errors"][0]["values"] == {"max_length": 4_000}
    assert len((await put(api, {"phases": {"goals": {"note": "å" * 4_000}}}))["phases"]["goals"]["note"]) == 4_000


async def test_what_is_no_plan_is_refused(api: Api) -> None:
    await accept(api)
    for wrong in (
        {"phases": {"needs": {"state": "halfway"}}},
        {"phases": {"sixth": {"state": "done"}}},
        {"focus": "x" * 1_001},
        {"focus": ""},
        {"version": 3},
    ):
        await put(api, wrong, status=422)
        await api.refused(422, PLAN, wrong, method="PATCH")
    assert (await api.get(PLAN))["version"] == 0
    assert (await api.reader.get(PLAN)).status_code == 403


async def test_it_is_tied_to_an_area_of_the_own_county_and_stays_so(api: Api) -> None:
    await accept(api)
    elsewhere = await adopted(api, OTHER_BRANCH)
    refused = await put(api, {"development_area": elsewhere}, status=422)
    assert [(it["rule"], it["code"]) for it in refused["errors"]] == [("R11", "area_of_another_county")]
    area = await adopted(api)
    await put(api, {"development_area": area})
    await api.delete(f"/registration/development-areas/{area}")
    assert (await api.patch(PLAN, {"focus": FOCUS}))["development_area"] == area
    await put(api, {"focus": FOCUS})
    assert (await put(api, {"development_area": area}, status=409))["errors"][0]["code"] == "area_is_withdrawn"


async def test_who_is_not_accepted_has_no_plan(api: Api) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    await apply(api, opened=True)
    assert (await put(api, {"focus": FOCUS}, status=409))["errors"][0]["code"] == "application_is_not_accepted"


async def test_progress_over_a_programme(api: Api) -> None:
    await accept(api)
    path = f"{OF_PROGRAMME}/development-plans"
    (row,) = (await api.get(path))["items"]
    assert (row["party"], row["version"], row["done"], row["needs"]) == (MOLDE, 0, 0, "not_begun")
    area = await adopted(api)
    await put(api, {"focus": FOCUS, "development_area": area})
    await api.patch(PLAN, {"phases": {"needs": {"state": "done"}, "goals": {"state": "in_progress"}}})
    answer = await api.reader.get(path)
    (row,) = answer.json()["items"]
    assert (row["version"], row["done"], row["needs"], row["goals"]) == (2, 1, "done", "in_progress")
    assert (row["party_name"], row["has_focus"], row["development_area_name"]) == ("Molde", True, AREA["name"])
    assert FOCUS not in answer.text
    await api.refused(404, path.replace(OF_PROGRAMME, "/registration/programmes/ukjent"), method="GET")


async def test_it_follows_the_group_to_a_successor_with_what_stood_before(api: Api, database: Database) -> None:
    path = await send(api)
    await put(api, {"focus": FOCUS})
    await api.patch(PLAN, {"phases": {"needs": {"state": "done", "note": NOTE}}})
    await api.post("/registration/parties", PARTY | {"organisation_number": NEW, "name": "Nye Molde"})
    await set_clock(database, OCTOBER)
    await sign(api, path)
    before, versions = await api.get(PLAN), await api.get(f"{PLAN}/versions")
    told = len(await happened(database))
    await api.post(f"{path}/successor", {"party": NEW})
    assert (await happened(database))[told:][-2:] == ["development_plan.changed", "development_plan.changed"]
    of_new = PLAN.replace(MOLDE, NEW)
    assert await api.get(of_new) == before | {"party": NEW, "party_name": "Nye Molde"}
    assert await api.get(f"{of_new}/versions") == versions
    emptied = await api.get(PLAN)
    assert (emptied["version"], emptied["focus"], set(states(emptied))) == (3, None, {"not_begun"})
    assert [it["version"] for it in (await api.get(f"{PLAN}/versions"))["items"]] == [3]
    await api.post(f"{path}/successor", {"party": MOLDE})
    back = await api.get(PLAN)
    assert (back["focus"], back["phases"], back["version"]) == (FOCUS, before["phases"], 5)
    newest = [(it.data.party, it.data.version) for it in (await events_of(database))[-2:]]
    assert newest == [(NEW, 3), (MOLDE, 5)], "both are told as newer than before"
