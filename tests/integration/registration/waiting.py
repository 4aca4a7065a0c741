"""Several parties that apply to one programme with places, by registration's API."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

from stdnum.no import orgnr

from shared.database import Database
from tests.integration.registration.world import APPLICATION, ASSESSMENT, OF_PROGRAMME, PARTY, PROGRAMME
from tests.support.api import Api

NUMBERS = [it for it in (f"{n}" for n in range(910_000_000, 910_001_000)) if orgnr.is_valid(it)]
WAITING_LIST = f"{OF_PROGRAMME}/waiting-list"
UNMET = {"dialogue_with_branch": {"met": False, "reason": "Ingen dialog ennå."}}


def path_of(application: str) -> str:
    return f"/registration/applications/{application}"


async def open_with(api: Api, places: int | None) -> None:
    await api.post("/registration/programmes", PROGRAMME | {"places": places})


async def applied(api: Api, n: int) -> list[str]:
    """The ids of so many applications, by different parties, in the order in which they came in."""
    found = []
    for number in itertools.islice(NUMBERS, n):
        await api.post("/registration/parties", PARTY | {"organisation_number": number, "name": f"Kommune {number}"})
        found.append(str((await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"party": number}))["id"]))
    return found


async def decide(api: Api, outcome: str, *applications: str, **changes: Any) -> None:
    for it in applications:
        await api.post(f"{path_of(it)}/assessment", ASSESSMENT | {"outcome": outcome} | changes)


async def offer(api: Api, application: str, answer_by: str = "2024-05-02", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = await api.post(f"{path_of(application)}/offer", {"answer_by": answer_by} | more)
    return found


async def put_in_order(api: Api, *applications: str) -> dict[str, Any]:
    answer = await api.administrator.put(WAITING_LIST, json={"applications": applications})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def seen(api: Api) -> list[tuple[str, int | None, list[str]]]:
    """Who waits, in order: the application, its place, and the codes of why it has no offer."""
    found = (await api.get(WAITING_LIST))["waiting"]
    return [(it["application"], it["place"], [why["code"] for why in it["why_no_offer"]]) for it in found]


async def _waiting_for_a_lock(database: Database) -> int:
    async with database.reading() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return int((await connection.exec_driver_sql(query)).scalar_one())


async def all_wait_or_are_done(database: Database, tasks: Sequence[asyncio.Task[Any]]) -> bool:
    """On PostgreSQL: each of these waits for a lock, as far as it is not done."""
    return await _waiting_for_a_lock(database) + sum(it.done() for it in tasks) >= len(tasks)
