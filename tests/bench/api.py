"""A list of fifty, against a FastAPI route that returns the same bytes from memory; both over HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI, Response

from services.billing.app import create
from services.billing.instalments.use_cases.issue_what_is_due import issue_what_is_due
from services.billing.settings import Settings
from shared.web import keys
from shared.web.refusals import Refusals
from shared.web.serving import listen, server_for
from tests.bench import billing
from tests.bench.asker import asked
from tests.bench.ground import Databases, Figures, Ground, in_turns
from tests.support.events import PROGRAMME
from tests.support.processes import HOST, free_port
from tests.unit.billing.samples import SELLER

REQUESTS, AT_ONCE = 2_000, 4
PATH = f"/billing/programmes/{PROGRAMME}/invoices?limit=50"


async def measure(ground: Ground, figures: Figures) -> None:
    """On PostgreSQL, as production runs."""
    file = ground.folder / "api-keys.json"
    key = keys.create(file, name="bench", role="reader")
    async with _ours(ground.kinds["postgresql"], file) as port:
        content = await _read(port, key)
        assert len(json.loads(content)["items"]) == 50
        async with _bare(content) as bare_port:
            floor, took = await in_turns(lambda: _ask(bare_port, key), lambda: _ask(port, key))
    figures["api.read_vs_bare_route"] = floor / took
    figures["api.reads_per_s"] = REQUESTS / took


async def _read(port: int, key: str) -> bytes:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"http://{HOST}:{port}{PATH}", headers={"Authorization": f"Bearer {key}"})
    return answer.raise_for_status().content


async def _ask(port: int, key: str) -> float:
    return await asked(port, PATH, f"Authorization: Bearer {key}", REQUESTS, AT_ONCE)


@asynccontextmanager
async def _ours(databases: Databases, file: Path) -> AsyncIterator[int]:
    database = await billing.ready(databases, 200)
    await issue_what_is_due(database, PROGRAMME, SELLER)
    url = database.url.render_as_string(hide_password=False)
    service = create(Settings(database_url=url, keys_file=file))
    async with _serving(service.api) as at:
        yield at
    await service.database.close()
    await billing.done_with(databases, database)


@asynccontextmanager
async def _bare(content: bytes) -> AsyncIterator[int]:
    api = FastAPI()

    @api.get("/billing/programmes/{programme}/invoices")
    async def answer(programme: str) -> Response:
        return Response(content, media_type="application/json")

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
