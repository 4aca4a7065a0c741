"""Whatever is done, in whatever order: never more are accepted and offered than there are places (R2)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from services.registration.app import create
from services.registration.applications.use_cases.lapse_offers import lapse_offers
from services.registration.settings import Settings
from shared.database import Database
from shared.errors import Conflict
from tests.integration.registration.waiting import (
    WAITING_LIST,
    all_wait_or_are_done,
    applied,
    open_with,
    path_of,
)
from tests.integration.registration.world import APRIL, ASSESSMENT, OF_PROGRAMME, FakeScheduling
from tests.support.api import Api, api_of
from tests.support.databases import MakeDatabase, set_clock
from tests.support.waiting import eventually

PARTIES = 5
Act = tuple[Any, ...]
whom = st.integers(0, PARTIES - 1)
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.tuples(st.just("assess"), whom, st.sampled_from(["accepted", "waiting_list", "waiting_list", "declined"])),
    st.tuples(st.just("offer"), whom, st.integers(1, 3), st.booleans()),
    st.tuples(st.just("offer"), whom, st.integers(1, 3), st.booleans()),
    st.tuples(st.just("accept"), whom),
    st.tuples(st.just("refuse"), whom),
    st.tuples(st.just("withdraw"), whom),
    st.tuples(st.just("places"), st.none() | st.integers(1, 3)),
    st.tuples(st.just("order"), st.permutations(range(PARTIES))),
    st.tuples(st.just("days"), st.integers(0, 4)),
    st.tuples(st.just("lapse")),
)


class World:
    def __init__(self, database: Database, api: Api, applications: list[str]) -> None:
        self.database = database
        self.api = api
        self.applications = applications
        self.now = APRIL

    async def do(self, act: Act) -> None:
        """Refused or not: what matters is what stands afterwards."""
        match act:
            case ("assess", n, outcome):
                await self.send("POST", n, "/assessment", ASSESSMENT | {"outcome": outcome})
            case ("offer", n, days, out_of_turn):
                by = (self.now + timedelta(days=days)).date().isoformat()
                more = {"out_of_turn": True, "reason": "Kan begynne nå."} if out_of_turn else {}
                await self.send("POST", n, "/offer", {"answer_by": by} | more)
            case ("accept", n):
                await self.send("POST", n, "/offer/acceptance", {})
            case ("refuse", n):
                await self.send("POST", n, "/offer/refusal", {})
            case ("withdraw", n):
                await self.send("POST", n, "/withdrawal", {})
            case ("places", places):
                await self.api.administrator.patch(OF_PROGRAMME, json={"places": places})
            case ("order", order):
                await self.put_in_order(order)
            case ("days", days):
                self.now += timedelta(days=days)
                with suppress(Conflict):  # another has moved it further at the same moment
                    await set_clock(self.database, self.now)
            case ("lapse",):
                await lapse_offers(self.database)

    async def send(self, method: str, n: int, end: str, body: dict[str, Any]) -> None:
        answer = await self.api.administrator.request(method, path_of(self.applications[n]) + end, json=body)
        assert answer.status_code < 500, answer.text

    async def put_in_order(self, order: list[int]) -> None:
        waiting = {it["application"] for it in (await self.api.get(WAITING_LIST))["waiting"]}
        body = [self.applications[n] for n in order if self.applications[n] in waiting]
        await self.api.administrator.put(WAITING_LIST, json={"applications": body})

    async def check(self) -> None:
        found = await self.api.get(WAITING_LIST)
        shown = (await self.api.get(f"{OF_PROGRAMME}/applications"))["items"]
        taken = [it for it in shown if it["state"] in ("accepted", "offered")]
        assert found["taken"] == len(taken)
        assert found["places"] is None or len(taken) <= found["places"], "more have a place than there are"
        assert found["free"] == (None if found["places"] is None else found["places"] - len(taken))
        in_order = [it for it in found["waiting"] if it["place"] is not None]
        assert [it["place"] for it in in_order] == list(range(1, len(in_order) + 1))
        told = {it["id"]: it["waiting_list_place"] for it in shown}
        for it in found["waiting"]:
            assert told[it["application"]] == it["place"], "it was told another place than it has"
            assert it["why_no_offer"]
            assert all(one["outcome"] for one in it["offers"]), "an offer stands of who has none"
        assert {it["application"] for it in found["waiting"]} == {
            it["id"] for it in shown if it["state"] == "waiting_list"
        }
        for it in found["offers_out"]:
            assert [one["outcome"] for one in it["offers"]].count(None) == 1
        assert all((it["offered_until"] is not None) == (it["state"] == "offered") for it in shown)


@given(acts=st.lists(st.lists(ACTS, min_size=1, max_size=3), min_size=5, max_size=25), places=st.integers(1, 3))
@example(acts=[[("assess", 0, "accepted"), ("assess", 1, "accepted")]], places=1)
@example(acts=[[("assess", 0, "waiting_list")], [("offer", 0, 2, False), ("assess", 1, "accepted")]], places=1)
@example(acts=[[("assess", 0, "accepted")], [("assess", 1, "accepted"), ("places", 1)]], places=2)
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_bound_holds_under_any_acts(make_database: MakeDatabase, acts: list[list[Act]], places: int) -> None:
    """Those of a list are done at the same moment, by as many administrators: all look before any of them writes, if they can."""
    database = await make_database("registration")
    await set_clock(database, APRIL)
    with TemporaryDirectory() as folder:
        await play(database, Path(folder), acts, places)


async def play(database: Database, folder: Path, acts: list[list[Act]], places: int) -> None:
    async with api_of(create, Settings, database, folder, ask=FakeScheduling()) as api:
        await open_with(api, places)
        world = World(database, api, await applied(api, PARTIES))
        for those in acts:
            await at_once(database, [world.do(act) for act in those])
            await world.check()


async def at_once(database: Database, acts: Sequence[Coroutine[Any, Any, None]]) -> None:
    """On PostgreSQL, which has several writers, nobody writes until each of them waits for a lock or has nothing to write."""
    if database.is_sqlite:
        await asyncio.gather(*acts)
        return
    async with database.transaction() as connection:
        await connection.exec_driver_sql("LOCK TABLE application, programme IN SHARE MODE")  # who reads for update may
        tasks = [asyncio.create_task(it) for it in acts]
        await eventually(lambda: all_wait_or_are_done(database, tasks))
    await asyncio.gather(*tasks)
