"""Calendar feeds on PostgreSQL: two hundred entries against icalendar alone on the same, and a 304 against bare routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta

import asyncpg
import httpx
from fastapi import FastAPI, Response
from icalendar import Calendar, Event

from services.scheduling import tables
from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.feeds.addresses import Addresses
from services.scheduling.feeds.domain.feed import Feed
from services.scheduling.feeds.icalendar_feed import span
from services.scheduling.feeds.repository import look
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import Session
from services.scheduling.settings import Settings
from shared import clock
from shared.calendar_times import timezone
from shared.database import POOL, Database
from shared.ids import new_id
from shared.web import keys
from shared.web.refusals import Refusals
from shared.web.serving import listen, server_for
from shared.when import Days, When
from shared.when_text import when_text
from tests.bench.asker import asked
from tests.bench.ground import Figures, Ground, in_turns
from tests.support.events import PROGRAMME, party, programme
from tests.support.facts import take
from tests.support.processes import HOST, free_port

ENTRIES, AS_USUAL = 200, 20
FULL, POLLS, AT_ONCE = 40, 1_000, 4
SECRET = "s" * 40
FEED = Feed(kind="programme", of=PROGRAMME, number=1)


async def measure(ground: Ground, figures: Figures) -> None:
    path = Addresses("http://here", SECRET).of(FEED).removeprefix("http://here")
    async with _ours(ground, ENTRIES) as (port, database):
        sessions = await _sessions(database)
        assert (await _read(port, path)).content.count(b"BEGIN:VEVENT") == ENTRIES == len(sessions)
        async with _bare(lambda: Response(_written(sessions), media_type="text/calendar")) as bare:
            floor, took = await in_turns(lambda: _ask(bare, path, FULL, 1), lambda: _ask(port, path, FULL, 1))
    figures["feeds.entries_200_vs_bare"] = floor / took
    figures["feeds.entries_200_ms"] = took / FULL * 1000
    async with _ours(ground, AS_USUAL) as (port, database):
        known = f"If-None-Match: {(await _read(port, path)).headers['etag']}"

        def polled(at: int) -> Callable[[], Awaitable[float]]:
            return lambda: _ask(at, path, POLLS, AT_ONCE, known)

        async with _reading(database) as reading, _bare(lambda: Response(status_code=304)) as bare:
            floor, took = await in_turns(polled(reading), polled(port))
            of_nothing, took_then = await in_turns(polled(bare), polled(port))
    figures["feeds.unchanged_vs_bare_read"] = floor / took
    figures["feeds.unchanged_vs_bare_route"] = of_nothing / took_then
    figures["feeds.unchanged_per_s"] = POLLS / took


async def _ask(port: int, path: str, times: int, at_once: int, header: str = "Accept: */*") -> float:
    return await asked(port, path, header, times, at_once)


async def _read(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return (await http.get(f"http://{HOST}:{port}{path}")).raise_for_status()


@asynccontextmanager
async def _ours(ground: Ground, entries: int) -> AsyncIterator[tuple[int, Database]]:
    databases, folder = ground.kinds["postgresql"], ground.new_folder()
    url = await databases.create("scheduling")
    database = Database(url)
    await _planned(database, entries)
    secret, file = folder / "secret", folder / "keys.json"
    await asyncio.to_thread(secret.write_text, SECRET)
    keys.create(file, name="bench", role="reader")
    service = create(Settings(database_url=url, keys_file=file, feeds_secret_file=secret))
    async with _serving(service.api) as port:
        yield port, database
    await service.database.close()
    await database.close()
    await databases.remove(url)


@asynccontextmanager
async def _reading(database: Database) -> AsyncIterator[int]:
    """A bare route that reads what a tag is made of, by the driver alone: that something is unchanged, nobody knows without."""
    url = database.url.set(drivername="postgresql")
    pool = await asyncpg.create_pool(url.render_as_string(hide_password=False), min_size=POOL, max_size=POOL)
    api = FastAPI()

    @api.get("/scheduling/feeds/{rest:path}")
    async def show(rest: str) -> Response:
        rows = await pool.fetch("SELECT id, version FROM session WHERE programme = $1 ORDER BY id", PROGRAMME)
        assert len(rows) == AS_USUAL
        return Response(status_code=304)

    async with _serving(api) as at:
        yield at
    await pool.close()


@asynccontextmanager
async def _bare(answer: Callable[[], Response]) -> AsyncIterator[int]:
    api = FastAPI()

    @api.get("/scheduling/feeds/{rest:path}")
    async def show(rest: str) -> Response:
        return answer()

    async with _serving(api) as at:
        yield at


@asynccontextmanager
async def _serving(api: FastAPI) -> AsyncIterator[int]:
    port = free_port()
    server = server_for(api, refusals=Refusals(a_minute=20))
    task = asyncio.create_task(server.serve(sockets=[listen(HOST, port)]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag for it and no event
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


async def _planned(database: Database, entries: int) -> None:
    async with database.transaction() as connection:
        await clock.prepare(connection, simulated=False)
        await connection.execute(
            tables.plan.insert(),
            {"programme": PROGRAMME, "version": 1, "revision": 1, "published_on": date(2024, 6, 1)},
        )
        for n in range(entries):
            first = date(2024, 8, 1) + timedelta(days=n)
            session = Session(
                id=new_id(),
                version=1,
                programme=PROGRAMME,
                party=None,
                kind="joint_session",
                format="digital",
                title=f"Fellessamling {n}",
                number=n + 1,
                instalment=None,
                when=When(days=Days(first=first, last=first, starts_at="10:00", ends_at="15:00")),
                place="Scandic Hell, Stjørdal",
                meeting_link=None,
                state="planned",
            )
            await session_rows.add(connection, session, by="bench")
    await take(consumers, database, programme(), party(1))


async def _sessions(database: Database) -> list[Session]:
    """What the floor has in memory."""
    async with database.reading() as connection:
        return [it.session for it in (await look(connection, FEED)).entries()]


def _written(sessions: list[Session]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//bare//NO")
    calendar.add("version", "2.0")
    calendar.add_component(timezone())
    for session in sessions:
        event = Event()
        begin, end = span(session)
        event.add("uid", session.id)
        event.add("dtstamp", clock.START)
        event.add("dtstart", begin)
        event.add("dtend", end)
        event.add("summary", session.title)
        event.add("description", when_text(session.when))
        event.add("location", session.place)
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found
