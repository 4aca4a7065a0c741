"""A service that can't go on, in the one process that runs all four."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from nats.aio.client import Client

from deploy.embedded import Running, running
from deploy.nats_config import OPERATOR
from shared.messaging.broker import inbox_prefix


async def delete_durable(it: Running, stream: str, durable: str) -> None:
    client = Client()
    password = it.state.passwords()[OPERATOR]
    url = f"nats://127.0.0.1:{it.nats_port}"
    await client.connect(url, user=OPERATOR, password=password, inbox_prefix=inbox_prefix(OPERATOR))
    await client.jsm().delete_consumer(stream, durable)
    await client.close()


async def status(it: Running, service: str) -> int:
    async with httpx.AsyncClient(base_url=it.url) as client:
        return (await client.get(f"/{service}/health/ready")).status_code


async def test_a_service_that_ends_itself_is_provisioned_and_started_again(tmp_path: Path) -> None:
    async with running(tmp_path, port=0, nats_port=0) as it:
        before = dict(it.services)
        billing = before["billing"]
        assert billing is not None
        await delete_durable(it, "REGISTRATION", "billing")
        assert await status(it, "billing") == 503
        billing.fail("the durable billing on REGISTRATION is gone")  # as the watchdog does, after half a minute
        async with asyncio.timeout(30):
            while it.services["billing"] in {None, billing}:
                assert await status(it, "registration") == 200
                await asyncio.sleep(0.05)
        assert await status(it, "billing") == 200
        assert {name for name, service in it.services.items() if service is not before[name]} == {"billing"}
