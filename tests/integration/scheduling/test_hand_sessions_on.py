"""What is planned ahead with a party goes on with the one that has taken its agreement over (R12)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.sessions.use_cases.hand_sessions_on import PLACE_IS_TAKEN, hand_all_sessions_on
from services.scheduling.settings import Settings
from shared.contracts.scheduling import Session
from shared.database import Database
from shared.messaging import set_aside
from tests.support import facts
from tests.support.api import Api, api_of
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME, organisation_number, party, programme, signed, succeeded
from tests.support.facts import events_of

PLAN = f"/scheduling/programmes/{PROGRAMME}/sessions"
ONE, TWO = organisation_number(1), organisation_number(2)
take = partial(facts.take, consumers)


def visit(number: int, month: str, of: str = ONE) -> dict[str, Any]:
    return {
        "kind": "guidance_visit",
        "format": "physical",
        "title": f"Besøk {number}",
        "number": number,
        "when": {"months": [month]},
        "place": "Rådhuset",
        "party": of,
    }


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("scheduling")
    await set_clock(database, datetime(2024, 10, 15, 12, tzinfo=UTC))
    await take(database, programme(), party(1), party(2), signed(1))
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def parties(api: Api) -> dict[int, str]:
    """With whom each visit is held, by its number."""
    return {it["number"]: it["party"] for it in (await api.get(PLAN))["items"] if it["kind"] == "guidance_visit"}


async def test_what_lies_ahead_goes_on_with_the_successor_and_what_is_past_stays(api: Api, database: Database) -> None:
    past, now, ahead = [
        await api.post(PLAN, visit(n, month)) for n, month in ((1, "2024-09"), (2, "2024-10"), (3, "2025-01"))
    ]
    cancelled = await api.post(PLAN, visit(4, "2025-03"))
    await api.post(f"/scheduling/sessions/{cancelled['id']}/cancellation")
    await take(database, succeeded(1, by=2))
    await hand_all_sessions_on(database)
    found = {it["id"]: it for it in (await api.get(PLAN))["items"]}
    assert {it["number"]: found[it["id"]]["party"] for it in (past, now, ahead, cancelled)} == {
        1: ONE,
        2: TWO,
        3: TWO,
        4: ONE,
    }
    told = [it for it in await events_of(database) if isinstance(it.data, Session) and it.data.party == TWO]
    assert [it.type.split(".", 2)[2] for it in told] == ["guidance_visit.changed.v1"] * 2
    assert found[ahead["id"]]["title"] == "Besøk 3"
    await take(database, succeeded(1, by=2, version=4))
    await hand_all_sessions_on(database)
    assert {it["id"]: it for it in (await api.get(PLAN))["items"]} == found, "run again it changes nothing"


async def test_a_place_that_is_taken_is_set_aside_and_holds_up_no_other(api: Api, database: Database) -> None:
    one = await api.post(PLAN, visit(1, "2025-01"))
    await api.post(PLAN, visit(1, "2025-02", TWO))
    two = await api.post(PLAN, visit(2, "2025-03"))
    await take(database, succeeded(1, by=2))
    await hand_all_sessions_on(database)
    found = {it["id"]: it["party"] for it in (await api.get(PLAN))["items"]}
    assert (found[one["id"]], found[two["id"]]) == (ONE, TWO)
    async with database.reading() as connection:
        aside = {it.part: it.reason for it in await set_aside.listed(connection, beyond=None, limit=99)}
    assert aside == {one["id"]: PLACE_IS_TAKEN}
