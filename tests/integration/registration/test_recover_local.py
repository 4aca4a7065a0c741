"""Mappings, development plans and the areas that they name are recovered from the streams, without what people wrote."""

from __future__ import annotations

import pytest

from tests.integration.registration.test_development_areas import AREA, COUNTY_BRANCH, OF_BRANCH
from tests.integration.registration.test_mapping import CENTRE, LIBRARY, MAPPING
from tests.integration.registration.test_recover import missing_of
from tests.integration.registration.world import APRIL, BRANCH, MOLDE, OCTOBER, PARTY, accept, send, sign
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf

PLAN = MAPPING.replace("mapping", "development-plan")
NEW = "942110464"


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("registration")


async def test_counts_and_states_come_back_and_the_rest_is_missing_until_it_is_said_anew(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await accept(api)
    older = await copy_database(database)
    async with drill.running(database) as api:
        await api.post("/registration/parties", COUNTY_BRANCH)
        area = (await api.post(OF_BRANCH, AREA))["id"]
        (application,) = (await api.get(f"{MAPPING.split('/groups')[0]}/applications"))["items"]
        await api.patch(f"/registration/applications/{application['id']}", {"development_area": area})
        await api.administrator.put(MAPPING, json={"actors": [LIBRARY, CENTRE]})
        await api.administrator.put(PLAN, json={"focus": "Fokus.", "development_area": area})
        await api.patch(PLAN, {"phases": {"needs": {"state": "done", "note": "Notat."}}})
        mapping, plan = await api.get(MAPPING), await api.get(PLAN)
    await database.close()
    assert (await drill.recover(older)).invalid == []
    async with drill.running(older) as api:
        assert await api.get(MAPPING) == mapping | {"actors": None}
        found = await api.get(PLAN)
        assert (found["version"], found["focus"], found["lost"]) == (2, None, ["focus", "notes"])
        assert found["phases"] == plan["phases"] | {"needs": {"state": "done", "note": None}}
        assert (found["development_area"], found["development_area_name"]) == (area, None)
        assert [it["version"] for it in (await api.get(f"{PLAN}/versions"))["items"]] == [2, 1]
        shown = await api.get(f"/registration/applications/{application['id']}")
        assert (shown["development_area"], shown["development_area_name"]) == (area, None)
        of_areas = ("county_branch", "name", "first_day", "last_day")
        lost = [it for it in await missing_of(api) if it[0] != "application"]
        assert sorted(lost) == [
            ("development_area", area, of_areas),
            ("development_plan", MOLDE, ("focus", "notes")),
            ("mapping", MOLDE, ("actors",)),
        ]
        term = {"first_day": AREA["first_day"], "last_day": AREA["last_day"]}
        said = await api.patch(
            f"/registration/development-areas/{area}", {"name": AREA["name"], "county_branch": BRANCH} | term
        )
        assert (said["county"], said["name"]) == ("Møre og Romsdal", AREA["name"])
        await api.patch(PLAN, {"focus": "Fokus.", "phases": {"needs": {"note": "Notat."}}})
        recorded = await api.administrator.put(MAPPING, json={"actors": [LIBRARY, CENTRE]})
        assert recorded.json()["version"] == mapping["version"] + 1
        assert [it[0] for it in await missing_of(api) if it[0] != "application"] == []


async def test_what_was_handed_over_since_goes_on_with_what_is_known(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    """Nothing of a mapping or a plan is lost by it: what was handed over is what is there."""
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        path = await send(api)
        await api.administrator.put(MAPPING, json={"actors": [LIBRARY]})
        await api.administrator.put(PLAN, json={"focus": "Fokus."})
        await api.patch(PLAN, {"phases": {"needs": {"state": "done", "note": "Notat."}}})
        await api.post("/registration/parties", PARTY | {"organisation_number": NEW, "name": "Nye Molde"})
    await set_clock(database, OCTOBER)
    async with drill.running(database) as api:
        await sign(api, path)
    older = await copy_database(database)
    async with drill.running(database) as api:
        await api.post(f"{path}/successor", {"party": NEW})
    before = await drill.rows(database)
    await database.close()
    assert (await drill.recover(older)).invalid == []
    after = await drill.rows(older)
    assert after["mapping"] == before["mapping"]
    # When the empty plan came about is told to the moment by its event, and was written a little before.
    assert [{**it, "changed_at": None} for it in after["development_plan"]] == [
        {**it, "changed_at": None} for it in before["development_plan"]
    ]
    async with drill.running(older) as api:
        assert await missing_of(api) == []
        assert (await api.get(PLAN.replace(MOLDE, NEW)))["phases"]["needs"]["note"] == "Notat."
