"""The page of a programme, against the bare reads of the APIs that it makes; both over HTTP on loopback."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from pages import app
from pages.settings import Settings
from tests.bench.asker import asked
from tests.bench.ground import Figures, Ground, in_turns
from tests.support.demonstration import PROGRAMME, Shown, made_once, shown
from tests.support.pages_beside import served

TIMES = 100
PATH = f"/program/{PROGRAMME}"


class Recording(httpx.AsyncHTTPTransport):
    """Keeps what was asked for and was there."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method == "GET" and answer.status_code == httpx.codes.OK:
            self.paths.append(request.url.raw_path.decode())
        return answer


async def measure(ground: Ground, figures: Figures) -> None:
    """Twelve municipalities half-way through. The pages are a process of their own beside the services, and then part of theirs."""
    folder = ground.new_folder()
    state = await asyncio.to_thread(made_once, folder)
    with shown(state, folder / "state") as here, served(secret_of(here), here.url, folder / "pages.err") as client:
        key = f"Authorization: Bearer {here.key()}"
        client.post("/logg-inn", data={"key": here.key()})
        cookie = f"Cookie: session={client.cookies['session']}"
        reads = await reads_of(here, cookie)

        async def bare() -> float:
            return sum([await asked(urlsplit(here.url).port or 0, path, key, TIMES, 1) for path in reads])

        port, embedded = client.base_url.port or 0, urlsplit(here.url).port or 0
        floor, took = await in_turns(bare, lambda: asked(port, PATH, cookie, TIMES, 1))
        floor_then, took_there = await in_turns(bare, lambda: asked(embedded, PATH, cookie, TIMES, 1))
    figures["pages.program_vs_reads"] = took / floor
    figures["pages.program_vs_reads.embedded"] = took_there / floor_then
    figures["pages.program_reads"] = len(reads)
    figures["pages.program_ms"] = took / TIMES * 1000


def secret_of(here: Shown) -> Path:
    return here.folder / "session-secret"


async def reads_of(here: Shown, cookie: str) -> list[str]:
    """The paths that the page asks the APIs for."""
    recording = Recording()
    settings = Settings(public_url=here.url, session_secret_file=secret_of(here), api_url=here.url)
    shows = app.create(settings, transport=recording)
    name, _, value = cookie.partition(": ")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=shows), base_url=here.url) as client:
        (await client.get(PATH, headers={name: value})).raise_for_status()
    await shows.state.http.aclose()
    return recording.paths
