"""Whatever act gives sessions other dates: what is answered as warnings is accepted when it is named, and kept with why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from services.scheduling import tables
from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.plans import repository as plans
from services.scheduling.settings import Settings
from shared.database import Database
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME, accepted, group_changed, organisation_number, party, programme
from tests.support.facts import events_of, take

OF_PROGRAMME = f"/scheduling/programmes/{PROGRAMME}"
SESSIONS = f"{OF_PROGRAMME}/sessions"
HER = "018f9b00-0000-7000-8000-00000000000d"
PARTIES = 3  # all of one advisor; the last is not in the programme
Act = tuple[Any, ...]

# A month with Easter, the first and the seventeenth of May; and weekends.
day = st.dates(date(2025, 4, 14), date(2025, 5, 20))
which = st.integers(0, PARTIES + 1)
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.tuples(st.just("plan"), which, day),
    st.tuples(st.just("move"), which, day),
    st.tuples(st.just("roughly"), which),
    st.tuples(st.just("sharpen"), which, day),
    st.tuples(st.just("many"), st.dictionaries(which, day, min_size=2)),
    st.tuples(st.just("many"), st.dictionaries(which, day, min_size=2)),
    st.tuples(st.just("postpone"), st.integers(1, 2)),
    st.tuples(st.just("publish")),
    st.tuples(st.just("avoid"), day),
)


def on(it: date) -> dict[str, Any]:
    return {"days": {"first": it.isoformat(), "last": it.isoformat()}}


def content(n: int) -> dict[str, Any]:
    """Two joint sessions, and a visit with each party."""
    if n < 2:
        return {"kind": "joint_session", "format": "physical", "title": f"Fellessamling {n}", "number": n + 1}
    visit = {"kind": "guidance_visit", "format": "physical", "title": "Veiledningsbesøk 1", "number": 1}
    return visit | {"party": organisation_number(n - 1), "place": f"Rådhus {n}"}


class World:
    def __init__(self, database: Database, api: Api) -> None:
        self.database = database
        self.api = api
        self.ids: dict[int, str] = {}
        self.asked = 0

    async def do(self, act: Act) -> None:
        match act:
            case ("plan", n, it) if n not in self.ids:
                answer = await self.heeding(SESSIONS, content(n) | {"when": on(it)})
                if answer.status_code == 201:
                    self.ids[n] = answer.json()["id"]
            case ("move", n, it) if n in self.ids:
                await self.heeding(f"/scheduling/sessions/{self.ids[n]}/move", {"when": on(it)})
            case ("roughly", n) if n in self.ids:
                rough = {"when": {"months": ["2025-04", "2025-05"]}}
                await self.heeding(f"/scheduling/sessions/{self.ids[n]}/move", rough)
            case ("sharpen", n, it) if n in self.ids:
                await self.heeding(f"/scheduling/sessions/{self.ids[n]}/sharpening", {"when": on(it)})
            case ("many", moves):
                those = [{"session": self.ids[n], "when": on(it)} for n, it in moves.items() if n in self.ids]
                await self.heeding(f"{OF_PROGRAMME}/plan/revisions", {"moves": those})
            case ("postpone", weeks):
                async with self.database.reading() as connection:
                    revision = (await plans.plan_of(connection, PROGRAMME)).revision
                body = {"postpone_weeks": weeks, "revision": revision or 1}
                await self.heeding(f"{OF_PROGRAMME}/plan/revisions", body)
            case ("publish",):
                await self.heeding(f"{OF_PROGRAMME}/plan/publication", {})
            case ("avoid", it):
                days = {"days": [{"first": it.isoformat(), "last": it.isoformat(), "why": "Planleggingsdag"}]}
                await self.api.administrator.put(f"{OF_PROGRAMME}/days-to-avoid", json=days)

    async def heeding(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Ask for it; where warnings are answered, with each but one of them named, and then with all."""
        told = len(await events_of(self.database))
        answer = await self.api.administrator.post(path, json=body)
        if answer.status_code != 409 or answer.json()["code"] != "warnings_are_not_accepted":
            return answer
        warned = problem(answer, 409)["errors"]
        codes = sorted({it["code"] for it in warned})
        for left_out in codes:
            half = body | {"accepted": [it for it in codes if it != left_out]}
            assert problem(await self.api.administrator.post(path, json=half), 409)["errors"] == warned
        assert len(await events_of(self.database)) == told
        self.asked += 1
        why = f"seen, {self.asked}"
        answer = await self.api.administrator.post(path, json=body | {"accepted": codes, "accepted_because": why})
        assert answer.status_code in (200, 201), answer.text
        assert await self.kept(why) == len(warned)
        if "/plan/" in path:
            assert all(it["values"]["of"] in it["message"] for it in warned), "a warning does not say of which session"
        return answer

    async def kept(self, why: str) -> int:
        t = tables.accepted.c
        query = select(func.count()).where(t.because == why, t.accepted_by == "the administrator")
        async with self.database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())


@given(acts=st.lists(ACTS, min_size=4, max_size=20))
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_what_is_answered_as_warnings_is_accepted_when_it_is_named(
    make_database: MakeDatabase, acts: list[Act]
) -> None:
    database = await make_database("scheduling")
    await set_clock(database, datetime(2025, 4, 1, 8, tzinfo=UTC))
    numbers = range(1, PARTIES + 1)
    await take(consumers, database, programme(), *(party(n) for n in numbers))
    await take(
        consumers, database, *(accepted(n) for n in numbers[:-1]), *(group_changed(n, advisor=HER) for n in numbers)
    )
    with TemporaryDirectory() as folder:
        async with api_of(create, Settings, database, Path(folder)) as api:
            world = World(database, api)
            for n in range(PARTIES + 2):
                await world.do(("plan", n, date(2025, 4, 28)))
            await world.do(("avoid", date(2025, 4, 28)))
            for act in acts:
                await world.do(act)
