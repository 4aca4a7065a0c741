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
from services.billing.settings import Settings
from services.billing.use_cases.issue_what_is_due import issue_what_is_due
from shared.service import listen, server_for
from shared.web import keys
from tests.bench import billing
from tests.bench.ground import Databases, Figures, Ground, clocked, in_turns
from tests.integration.billing.world import SELLER
from tests.support.processes import HOST, free_port
from tests.unit.billing.news import PROGRAMME

REQUESTS, AT_ONCE = 1_000, 4
PATH = f"/billing/programmes/{PROGRAMME}/invoices?limit=50"


async def measure(ground: Ground, figures: Figures) -> None:
    """On PostgreSQL, as production runs."""
    file = ground.folder / "api-keys.json"
    headers = {"Authorization": f"Bearer {keys.create(file, name='bench', role='reader')}"}
    async with _ours(ground.kinds["postgresql"], file) as url, httpx.AsyncClient(base_url=url, headers=headers) as http:
        content = (await http.get(PATH)).raise_for_status().content
        assert len(json.loads(content)["items"]) == 50
        async with _bare(content) as bare_url, httpx.AsyncClient(base_url=bare_url, headers=headers) as bare_http:

            async def bare() -> float:
                return await _ask(bare_http)

            async def ours() -> float:
                return await _ask(http)

            floor, took = await in_turns(bare, ours)
    figures["api.read_vs_bare_route"] = floor / took
    figures["api.reads_per_s"] = REQUESTS / took


async def _ask(http: httpx.AsyncClient) -> float:
    left = iter(range(REQUESTS))

    async def ask() -> None:
        for _ in left:
            answer = await http.get(PATH)
            assert answer.status_code == httpx.codes.OK

    with clocked() as took:
        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return took()


@asynccontextmanager
async def _ours(databases: Databases, file: Path) -> AsyncIterator[str]:
    database = await billing.ready(databases, 200)
    await issue_what_is_due(database, PROGRAMME, SELLER)
    url = database.url.render_as_string(hide_password=False)
    service = create(Settings(database_url=url, keys_file=file))
    async with _serving(service.api) as at:
        yield at
    await service.database.close()
    await billing.done_with(databases, database)


@asynccontextmanager
async def _bare(content: bytes) -> AsyncIterator[str]:
    api = FastAPI()

    @api.get("/billing/programmes/{programme}/invoices")
    async def answer(programme: str) -> Response:
        return Response(content, media_type="application/json")

    async with _serving(api) as at:
        yield at


@asynccontextmanager
async def _serving(api: FastAPI) -> AsyncIterator[str]:
    port = free_port()
    server = server_for(api)
    task = asyncio.create_task(server.serve(sockets=[listen(HOST, port)]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag for it and no event
        await asyncio.sleep(0.01)
    try:
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        await task
