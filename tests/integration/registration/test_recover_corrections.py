"""Agreements that were amended, called back or carried over are recovered as they were told."""

from __future__ import annotations

from typing import Any

import pytest

from shared.database import Database
from tests.integration.registration.test_recover import without_what_no_event_carries
from tests.integration.registration.world import (
    AGREEMENT,
    APRIL,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    SIGNATORIES,
    form_group,
    sign,
)
from tests.support.api import Api
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf

NEW = "942110464"
SUCCESSOR = PARTY | {"organisation_number": NEW, "name": "Nye Molde", "municipality_number": "1599"}
ANOTHER = {"name": "Siri Lund", "email": "siri.lund@molde.example"}


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("registration")


async def play(api: Api, database: Database) -> str:
    called_back = (await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT))["id"]
    await api.delete(f"/registration/agreements/{called_back}")
    path = f"/registration/agreements/{(await api.post(f'{OF_PROGRAMME}/agreements', AGREEMENT))['id']}"
    await api.patch(path, {"period_end": "2025-11-30"})
    await set_clock(database, OCTOBER)
    await sign(api, path)
    await api.patch(path, {"payer_reference": "KS-2"})
    await api.post("/registration/parties", SUCCESSOR)
    await api.post(f"{path}/successor", {"party": NEW})
    return path


async def test_what_was_corrected_is_recovered_as_it_was_told(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await form_group(api)
    older = await copy_database(database)
    async with drill.running(database) as api:
        path = await play(api, database)
    await database.close()
    before = await drill.rows(database)
    assert (await drill.recover(older)).invalid == []
    after = await drill.rows(older)
    assert without_what_no_event_carries(after) == without_what_no_event_carries(before)
    assert people_of(after, NEW) == people_of(before, NEW)
    assert people_of(after, MOLDE) == set()
    async with drill.running(older) as api:
        found = await api.get(path)
        assert (found["party"], found["predecessor"], found["payer_reference"]) == (NEW, MOLDE, "KS-2")
        group = await api.get(f"{OF_PROGRAMME}/groups/{NEW}")
        assert (len(group["participants"]), group["missing"]) == (4, [])
        assert (await api.get(GROUP))["participants"] == []


async def test_who_is_to_sign_instead_is_lost_where_only_the_event_is_left_of_it(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    """Who it is stands in no event: nobody who was asked to sign before stands there as if it were so still."""
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await form_group(api)
        path = f"/registration/agreements/{(await api.post(f'{OF_PROGRAMME}/agreements', AGREEMENT))['id']}"
        await api.post(
            f"{path}/signatures", {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-04-15"}
        )
    older = await copy_database(database)
    async with drill.running(database) as api:
        await api.patch(path, {"signatories": {"municipal_director": ANOTHER}})
    await database.close()
    await drill.recover(older)
    async with drill.running(older) as api:
        names = {it["signatory"]: it["name"] for it in (await api.get(path))["signatories"]}
    assert names == dict.fromkeys(SIGNATORIES) | {"council_director": SIGNATORIES["council_director"]["name"]}


def people_of(rows: dict[str, Any], party: str) -> set[str]:
    """The ids of those who take part for a party."""
    return {it["person"] for it in rows["participant"] if it["party"] == party and not it["has_left"]}
