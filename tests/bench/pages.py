"""The page of a programme, against the bare reads of the APIs that it makes; both over HTTP on loopback."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from pages import app
from pages.settings import Settings
from tests.bench import hundred
from tests.bench.asker import asked
from tests.bench.ground import Figures, Ground, in_turns
from tests.support.demonstration import PROGRAMME, Shown, made_once, shown
from tests.support.pages_beside import served

TIMES, OF_MANY = 100, 20


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
    """The pages are a process of their own beside the services, and then part of theirs; twelve municipalities half-way through,
    and a hundred.
    """
    folder = ground.new_folder()
    state = await asyncio.to_thread(made_once, folder)
    of_few = await _compared(state, folder / "state", PROGRAMME, TIMES)
    figures["pages.program_vs_reads"] = of_few.beside
    figures["pages.program_vs_reads.embedded"] = of_few.embedded
    figures["pages.program_reads"] = of_few.reads
    figures["pages.program_ms"] = of_few.seconds * 1000
    many = await asyncio.to_thread(hundred.made, folder / "hundred")
    of_many = await _compared(many, folder / "state-of-hundred", hundred.PROGRAMME, OF_MANY)
    figures["pages.program_of_100_vs_reads"] = of_many.beside
    figures["pages.program_of_100_vs_reads.embedded"] = of_many.embedded
    figures["pages.program_of_100_ms"] = of_many.seconds * 1000


@dataclass(frozen=True, kw_only=True)
class Compared:
    beside: float  # the page, in its reads, where the pages are a process of their own
    embedded: float
    reads: int
    seconds: float  # for one page


async def _compared(state: Path, copy: Path, programme: str, times: int) -> Compared:
    path = f"/program/{programme}"
    log = copy.with_name(f"{copy.name}-pages.err")
    with shown(state, copy) as here, served(secret_of(here), here.url, log) as client:
        key = f"Authorization: Bearer {here.key()}"
        client.post("/logg-inn", data={"key": here.key()})
        cookie = f"Cookie: session={client.cookies['session']}"
        reads = await reads_of(here, path, cookie)

        async def bare() -> float:
            return sum([await asked(urlsplit(here.url).port or 0, it, key, times, 1) for it in reads])

        port, embedded = client.base_url.port or 0, urlsplit(here.url).port or 0
        floor, took = await in_turns(bare, lambda: asked(port, path, cookie, times, 1))
        floor_then, took_there = await in_turns(bare, lambda: asked(embedded, path, cookie, times, 1))
    return Compared(beside=took / floor, embedded=took_there / floor_then, reads=len(reads), seconds=took / times)


def secret_of(here: Shown) -> Path:
    return here.folder / "session-secret"


async def reads_of(here: Shown, path: str, cookie: str) -> list[str]:
    """The paths that the page asks the APIs for."""
    recording = Recording()
    settings = Settings(public_url=here.url, session_secret_file=secret_of(here), api_url=here.url)
    shows = app.create(settings, transport=recording)
    name, _, value = cookie.partition(": ")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=shows), base_url=here.url) as client:
        (await client.get(path, headers={name: value})).raise_for_status()
    await shows.state.http.aclose()
    return recording.paths
