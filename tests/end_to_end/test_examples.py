"""Every operation of every service does what its OpenAPI document shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from deploy.at_rest import until_at_rest
from deploy.client import Client
from deploy.embedded import Running, running
from shared.database import Database
from tests.support.examples import Player
from tests.support.story import play


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[tuple[Running, Player]]:
    """All four services, with a programme that was played on them by the documents' examples."""
    async with running(folder, port=0, nats_port=0, simulated_clock=True) as run:
        assert run.first_key is not None
        headers = {"Authorization": f"Bearer {run.first_key}"}
        async with (
            httpx.AsyncClient(base_url=run.url, headers=headers, timeout=30) as http,
            Client(run.url, run.first_key) as client,
        ):
            player = Player(http)
            await player.read()
            await play(player, databases(run), lambda: until_at_rest(client))
            yield run, player


def databases(run: Running) -> dict[str, Database]:
    return {name: service.database for name, service in run.services.items() if service is not None}


async def test_every_example_works_on_a_fresh_programme(tmp_path: Path) -> None:
    async with played(tmp_path) as (_, player):
        assert player.operations.keys() - player.played == set()
