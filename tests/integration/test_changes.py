"""Who did what is kept with what was done, and administrators read it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.registration.app import create
from services.registration.settings import Settings
from shared.clock import START, clock
from shared.database import Database
from shared.messaging import changes as changes_
from shared.messaging.changes import Asked
from shared.messaging.tables import change
from shared.web.changed import THINGS
from tests.contract.openapi import SERVICES, document_of
from tests.integration.registration.world import ADVISOR, PROGRAMME
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, count

PROGRAMMES, ADVISORS = "/registration/programmes", "/registration/advisors"
CHANGES = "/registration/operations/changes"
CODE = PROGRAMME["code"]
ADMINISTRATOR = "the administrator"
PEOPLE = ("of", "participant", "person")  # parameters of paths that name a person, or may


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await make_database("registration")


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def changes(api: Api, **asked: Any) -> list[tuple[Any, ...]]:
    found = (await api.get(CHANGES, **asked))["items"]
    return [tuple(it[name] for name in ("by", "route", "entity", "key", "version")) for it in found]


async def test_what_is_told_is_a_change_of_its_entity(api: Api) -> None:
    await api.post(PROGRAMMES, PROGRAMME)
    await api.patch(f"{PROGRAMMES}/{CODE}", {"name": "Et annet"})
    path = f"PATCH {PROGRAMMES}/{{programme}}"
    opened = (ADMINISTRATOR, f"POST {PROGRAMMES}", "programme", CODE, 1)
    assert await changes(api) == [opened, (ADMINISTRATOR, path, "programme", CODE, 2)]


async def test_what_nobody_is_told_of_is_a_change_too_and_names_no_person(api: Api) -> None:
    advisor = await api.post(ADVISORS, ADVISOR)
    await api.patch(f"/registration/people/{advisor['id']}", {"name": "Berit Nordmann"})
    assert await changes(api) == [
        (ADMINISTRATOR, f"POST {ADVISORS}", None, None, None),
        (ADMINISTRATOR, "PATCH /registration/people/{person}", None, None, None),
    ]
    text = json.dumps(await api.get(CHANGES))
    assert advisor["id"] not in text
    assert "Nordmann" not in text


async def test_what_is_refused_or_changes_nothing_is_no_change(api: Api) -> None:
    await api.post(PROGRAMMES, PROGRAMME)
    await api.refused(409, PROGRAMMES, PROGRAMME | {"name": "Et annet"})
    await api.refused(422, PROGRAMMES, {})
    await api.patch(f"{PROGRAMMES}/{CODE}", {})
    await api.get(PROGRAMMES)
    assert len(await changes(api)) == 1


async def test_changes_are_read_in_pages_and_by_what_and_whom(api: Api) -> None:
    for n in range(1, 4):
        await api.post(PROGRAMMES, PROGRAMME | {"code": f"p-{n}"})
    page = await api.get(CHANGES, limit=2)
    assert [it["key"] for it in page["items"]] == ["p-1", "p-2"]
    rest = await api.get(CHANGES, limit=2, after=page["next"])
    assert [it["key"] for it in rest["items"]] == ["p-3"]
    assert rest["next"] is None
    assert len(await changes(api, entity="programme", key="p-2")) == 1
    assert await changes(api, entity="group") == []
    assert len(await changes(api, by=ADMINISTRATOR)) == 3
    assert await changes(api, by="the reader") == []


async def test_changes_are_for_administrators(api: Api) -> None:
    problem(await api.reader.get(CHANGES), 403)


async def test_a_statement_that_finds_nothing_to_change_is_no_change(make_database: MakeDatabase) -> None:
    database = await make_database()
    changes_.watch(database)
    for found in (9, 1):  # the clock's row is 1
        with changes_.asked_by("k", lambda: Asked("POST /here", None)):
            async with database.transaction() as connection:
                await connection.execute(clock.update().where(clock.c.id == found).values(simulated=True))
        async with database.reading() as connection:
            noted = await changes_.listed(connection, by=None, entity=None, key=None, after=0, limit=10)
        assert [it.route for it in noted] == ([] if found == 9 else ["POST /here"])


async def test_what_is_rolled_back_is_no_change(make_database: MakeDatabase) -> None:
    database = await make_database()
    changes_.watch(database)
    with changes_.asked_by("k", lambda: Asked("POST /here", None)), suppress(ZeroDivisionError):
        async with database.transaction() as connection:
            await connection.execute(clock.update().values(simulated=True))
            raise ZeroDivisionError
    assert await count(database, change) == 0


async def test_what_follows_by_itself_is_nobodys_change(api: Api, database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(clock.update().values(now=START + timedelta(days=1)))
    assert await changes(api) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_a_path_names_is_known_to_be_a_person_or_none(service: str) -> None:
    document = await document_of(service)
    named = {name for path in document["paths"] for name in re.findall(r"{(\w+)}", path)}
    assert named - {*THINGS, *PEOPLE, "name"} == set()
