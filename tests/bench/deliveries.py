"""A thousand invoices to an access point that takes each at once: submitted, asked for, recorded and told.

Against bare httpx that submits the same bytes to the same access point and asks for each, as many at a time, and records
nothing.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from sqlalchemy import select, update

from services.billing import tables
from services.billing.deliveries.phoss import Phoss
from services.billing.deliveries.use_cases.deliver_what_is_due import AT_ONCE, Delivering
from services.billing.documents.domain.series import series_id
from services.billing.instalments.use_cases.issue_what_is_due import issue_what_is_due
from shared import kept_files
from shared.database import Database
from shared.ids import new_id
from shared.kept_files import Made
from tests.bench.billing import done_with, ready
from tests.bench.ground import Databases, Figures, Ground, clocked, in_turns
from tests.support.events import PROGRAMME
from tests.support.processes import HOST, dies_with_tests, free_port
from tests.support.waiting import PATIENCE, eventually
from tests.unit.billing.samples import SELLER

INVOICES = 1_000
XML = b"<Invoice>" + b"<Line>Deltakeravgift</Line>" * 200 + b"</Invoice>"  # as long as an EHF


async def measure(ground: Ground, figures: Figures) -> None:
    async with access_point() as url:
        for name, databases in ground.kinds.items():
            floor, took = await in_turns(partial(submit_bare, url), partial(deliver, databases, url))
            figures[f"deliveries.vs_bare_httpx.{name}"] = floor / took
            figures[f"deliveries.per_s.{name}"] = INVOICES / took


@asynccontextmanager
async def access_point() -> AsyncIterator[str]:
    """A process of its own, so that what it takes is neither's."""
    port = free_port()
    command = [sys.executable, "-m", "deploy.fake_access_point", "--port", str(port)]
    process = subprocess.Popen(command, preexec_fn=dies_with_tests())  # noqa: ASYNC220 - it returns at once
    url = f"http://{HOST}:{port}"
    try:
        async with httpx.AsyncClient() as http:
            await eventually(partial(_answers, http, url), within=PATIENCE)
        yield url
    finally:
        process.terminate()
        process.wait()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/fake/submitted")).is_success
    except httpx.TransportError:
        return False


async def deliver(databases: Databases, url: str) -> float:
    """Seconds that our use case takes."""
    database = await _issued(databases)
    phoss = Phoss(url, None, name="fake")
    with clocked() as took:
        await Delivering(database, phoss, hold=timedelta()).run()
    await phoss.aclose()
    d = tables.delivery.c
    async with database.reading() as connection:
        states = (await connection.execute(select(d.state))).scalars().all()
    assert list(states) == ["delivered"] * INVOICES
    await done_with(databases, database)
    return took()


async def _issued(databases: Databases) -> Database:
    database = await ready(databases, INVOICES)
    await issue_what_is_due(database, PROGRAMME, SELLER)
    async with database.transaction() as connection:
        await connection.execute(update(tables.party).values(takes_invoices_by="ehf"))
        found = (await connection.execute(select(tables.delivery.c.document_number))).scalars().all()
        series = series_id(PROGRAMME, "invoice")
        files = [Made(name=f"{series}/{it}.xml", media_type="application/xml", content=XML) for it in found]
        for start in range(0, len(files), 500):
            await kept_files.keep(connection, files[start : start + 500])
    return database


async def submit_bare(url: str) -> float:
    """Seconds for the same requests."""
    at_once = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=30) as http:

        async def one(id: str) -> Any:
            async with at_once:
                path = "/api/outbound/submit/sender/receiver/type/process/NO"
                (await http.post(url + path, params={"sbdhInstanceID": id}, content=XML)).raise_for_status()
                return (await http.get(f"{url}/api/outbound/status/{id}", params={"includeArchive": "true"})).json()

        with clocked() as took:
            found = await asyncio.gather(*(one(new_id()) for _ in range(INVOICES)))
    assert {it["status"] for it in found} == {"sent"}
    return took()
