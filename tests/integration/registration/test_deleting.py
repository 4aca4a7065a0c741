"""A party or a programme that was registered by mistake is deleted, while nothing points to it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.registration.app import create
from services.registration.settings import Settings
from shared.database import Database
from tests.integration.registration.world import (
    APPLICATION,
    APRIL,
    MOLDE,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    FakeScheduling,
    apply,
    happened,
    send,
)
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.facts import events_of

OF_PARTY = f"/registration/parties/{MOLDE}"
BOTH = [(OF_PARTY, "/registration/parties", PARTY), (OF_PROGRAMME, "/registration/programmes", PROGRAMME)]


@pytest.mark.parametrize(("path", "all_of_them", "body"), BOTH, ids=["party", "programme"])
async def test_what_was_a_mistake_is_gone_and_comes_again_under_the_next_version(
    api: Api, database: Database, path: str, all_of_them: str, body: dict[str, Any]
) -> None:
    there = await api.post(all_of_them, body)
    gone = await api.delete(path)
    nobody = {"contact_person": None} if "contact_person" in there else {}
    assert gone == there | {"version": 2} | nobody
    assert await api.delete(path) == gone
    problem(await api.administrator.get(path), 404)
    problem(await api.administrator.patch(path, json={"name": "Et annet"}), 404)
    assert (await api.get(all_of_them))["items"] == []
    again = await api.post(all_of_them, body | {"name": "Riktig"})
    follows = {"official_name": "Riktig kommune"} if "official_name" in there else {}
    assert again == there | {"version": 3, "name": "Riktig"} | follows == await api.get(path)
    first = (await happened(database))[0]
    assert await happened(database) == [first, f"{first.partition('.')[0]}.deleted", first]
    assert [(it.data.version, it.data.deleted) for it in await events_of(database)] == [
        (1, False),
        (2, True),
        (3, False),
    ]


async def test_what_points_to_it_is_named(api: Api, scheduling: FakeScheduling) -> None:
    await send(api)
    for path in (OF_PARTY, OF_PROGRAMME):
        refused = await api.refused(409, path, method="DELETE")
        assert refused["field"] == path.split("/")[2].replace("parties", "party").removesuffix("s")
        for what in ("1 application", "1 agreement", "1 party group", "4 participants"):
            assert what in refused["message"]
    assert scheduling.asked == []  # it is not deleted anyway


@pytest.mark.parametrize(("path", "all_of_them", "body"), BOTH, ids=["party", "programme"])
async def test_what_is_planned_with_it_is_named_too_and_without_an_answer_nothing_is_deleted(
    api: Api, scheduling: FakeScheduling, path: str, all_of_them: str, body: dict[str, Any]
) -> None:
    await api.post(all_of_them, body)
    scheduling.plans(3)
    assert "3 planned sessions" in (await api.refused(409, path, method="DELETE"))["message"]
    scheduling.is_silent = True
    problem(await api.administrator.delete(path), 503)
    assert (await api.get(path))["version"] == 1


async def test_what_comes_to_point_to_it_while_scheduling_is_asked_is_seen(
    api: Api, database: Database, scheduling: FakeScheduling
) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    await api.post("/registration/parties", PARTY)

    async def it_applies() -> None:
        await api.post(f"{OF_PROGRAMME}/applications", APPLICATION)

    scheduling.meanwhile = it_applies
    assert "1 application" in (await api.refused(409, OF_PARTY, method="DELETE"))["message"]
    assert (await happened(database))[-1] == "application.received"


async def test_nobody_applies_who_is_deleted_or_for_what_is_deleted(api: Api) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    await api.post("/registration/parties", PARTY)
    await api.delete(OF_PARTY)
    assert (await api.refused(404, f"{OF_PROGRAMME}/applications", APPLICATION))["field"] == "party"
    await api.post("/registration/parties", PARTY)
    await api.delete(OF_PROGRAMME)
    assert (await api.refused(404, f"{OF_PROGRAMME}/applications", APPLICATION))["field"] == "programme"
    problem(await api.administrator.get(f"{OF_PROGRAMME}/applications"), 404)


async def test_who_applies_at_the_same_moment_is_there_or_not(postgres_database: MakeDatabase, tmp_path: Path) -> None:
    """Never an application of a party that is deleted."""
    database = await postgres_database("registration")
    await set_clock(database, APRIL)
    async with api_of(create, Settings, database, tmp_path, ask=FakeScheduling()) as api:
        await apply(api)
        for n in range(10):
            of_programme = f"/registration/programmes/p-{n}"
            await api.post("/registration/programmes", PROGRAMME | {"code": f"p-{n}"})
            number = f"{[974760673, 921221967, 942110464, 939958851, 939760946][n % 5]}"
            if number == MOLDE:
                continue
            await api.post("/registration/parties", PARTY | {"organisation_number": number})
            deleted, applied = await asyncio.gather(
                api.administrator.delete(f"/registration/parties/{number}"),
                api.administrator.post(f"{of_programme}/applications", json=APPLICATION | {"party": number}),
            )
            assert (deleted.status_code, applied.status_code) in ((200, 404), (409, 201))
