"""kill -9, one service after the other and the broker too, while a small programme runs: the same books as without."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.at_rest import until_at_rest
from deploy.demo.cast import municipalities
from deploy.demo.story import LATE, LEFT, PROGRAMME, TERMINATED, play
from shared.events.catalogue import PUBLISHERS
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.smtp import MailServer

BROKER = "nats"
SMALL = ("Molde", LATE, TERMINATED, LEFT)
BOOKS = Path(__file__).parents[1] / "end_to_end" / "books.json"  # of an undisturbed run; test_demo.py has them too
Databases = SqliteDatabases | PostgresDatabases


@pytest.fixture
async def fleet(databases: Databases, tmp_path: Path, nats: NatsServer, smtp: MailServer) -> AsyncIterator[Fleet]:
    urls = {service: await databases.create(service) for service in PUBLISHERS}
    found = Fleet(tmp_path, urls, nats, smtp)
    await found.start()
    yield found
    await found.stop()
    for url in urls.values():
        await databases.remove(url)


async def test_kills_change_nothing_in_the_books(fleet: Fleet) -> None:
    some = [one for one in municipalities() if one.name in SMALL]
    async with killing(fleet, random.Random(8)):
        await play(fleet.client, lambda _: None, some)
    states = await until_at_rest(fleet.client)
    assert fleet.kills >= len(PUBLISHERS) + 1
    undisturbed = json.loads(BOOKS.read_text())
    books = await fleet.client.get(f"/billing/programmes/{PROGRAMME}/books")
    assert books == undisturbed | {
        "parties": {one.organisation_number: undisturbed["parties"][one.organisation_number] for one in some},
        "series": {"invoices": {"count": 11, "unbroken": True}, "credit_notes": {"count": 1, "unbroken": True}},
    }
    assert [state["parked"] for state in states] == [0, 0, 0, 0]


@asynccontextmanager
async def killing(fleet: Fleet, chance: random.Random) -> AsyncIterator[None]:
    """Kill every service and the broker, over and over, each once it is ready again, until the play is over."""

    async def kill() -> None:
        while True:
            victims = [*PUBLISHERS, BROKER]
            chance.shuffle(victims)
            for victim in victims:
                await asyncio.sleep(chance.uniform(0.5, 3))
                await (fleet.kill_broker() if victim == BROKER else fleet.kill(victim))

    task = asyncio.create_task(kill())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
