"""Scheduling knows nobody, answers each erasure so, and says in which sessions somebody is named (N2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.scheduling import tables
from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.forgetting.use_cases.forget_people import forget_people
from services.scheduling.forgetting.use_cases.say_what_names_someone import say_what_names_someone
from services.scheduling.settings import Settings
from shared.contracts.questions import WhatNamesSomeone
from shared.database import Database
from tests.integration.scheduling.test_hand_sessions_on import PLAN, visit
from tests.support import facts
from tests.support.api import Api, api_of
from tests.support.columns import Holds, holds
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import party, person_erased, programme
from tests.support.facts import events_of

KARI = "0000000f-0000-7000-8000-000000000001"
DAYS = '[{"first": "2025-02-17", "last": "2025-02-21", "why": "Bryllupet til Kari Vik"}]'
BLANK: dict[str, Any] = {
    **dict.fromkeys(("title", "place", "venue", "city", "meeting_link", "instalment", "freed_instalment")),
    **dict.fromkeys(("first_day", "last_day", "changed_at", "because", "text", "days")),
    "accepted_at": datetime(2024, 10, 15, tzinfo=UTC),
    "version": 1,
    "when": '{"months": ["2025-02"]}',
}
take = partial(facts.take, consumers)


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("scheduling")
    await set_clock(database, datetime(2024, 10, 15, 12, tzinfo=UTC))
    await take(database, programme(), party(1))
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def test_an_erasure_is_answered_once_however_often_it_is_heard(database: Database) -> None:
    for _ in range(2):
        await take(database, person_erased(KARI))
        await forget_people(database)
    (answered,) = await events_of(database)
    assert answered.type == "kulturskole.scheduling.person.forgotten.v1"
    assert answered.data.id == KARI
    assert answered.data.emptied == ()
    assert [it.what for it in answered.data.kept] == ["texts_of_sessions", "minutes_of_visits", "reasons_in_plan"]


async def test_a_session_whose_title_or_place_names_somebody_is_found(api: Api, database: Database) -> None:
    await api.post(PLAN, visit(1, "2025-02") | {"title": "Besøk hos KARI VIK"})
    await api.post(PLAN, visit(2, "2025-03") | {"place": "Hos kari.vik@molde.example"})
    await api.post(PLAN, visit(3, "2025-04"))
    found = await say_what_names_someone(database, WhatNamesSomeone(words=("Kari Vik", "kari.vik@molde.example")))
    assert sorted(it.title or "" for it in found.sessions) == ["Besøk 2", "Besøk hos KARI VIK"]
    assert found.more_after is None


async def test_what_names_somebody_is_found_in_every_column_that_people_write(database: Database) -> None:
    """But for whom the plan is with: each row below names her in one column alone."""
    columns = [name.split(".") for name, it in holds("scheduling").items() if it.kept_as and it is not Holds.KEY]
    async with database.transaction() as connection:
        for n, (table, column) in enumerate(columns):
            row = {it.name: BLANK.get(it.name, f"{n}") for it in tables.metadata.tables[table].columns}
            row |= {"number": n} if "number" in row else {}
            said = f"Avtalt med KARI  VIK, {column}." if column != "days" else DAYS
            await connection.execute(tables.metadata.tables[table].insert(), row | {column: said})
    found = await say_what_names_someone(database, WhatNamesSomeone(words=("Kari Vik",)))
    assert len(found.sessions) == sum(table == "session" for table, _ in columns) == 5
    assert [it.where for it in found.texts] == ["accepted.because", "days_to_avoid.why", "minutes.text"]
    assert all("Kari Vik" in it.text or "KARI  VIK" in it.text for it in found.texts)


async def test_many_texts_are_said_part_by_part(database: Database) -> None:
    async with database.transaction() as connection:
        for n in range(45):
            row = {"session": f"{n:02}", "version": 1, "text": f"{n} Kari Vik", "written_by": "office"}
            await connection.execute(tables.minutes.insert(), row)
    found: list[str] = []
    after: str | None = None
    parts = 0
    while parts == 0 or after is not None:
        part = await say_what_names_someone(database, WhatNamesSomeone(words=("Kari Vik",), after=after))
        found += [it.text for it in part.texts]
        after, parts = part.more_after, parts + 1
    assert (parts, found) == (3, [f"{n} Kari Vik" for n in range(45)])
