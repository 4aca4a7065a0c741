"""Provisioning as the operator's user does it: the streams, and the durables of all services and subscribers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import nats
import nats.errors
import structlog
from nats.aio.client import Client

from deploy.nats_config import OPERATOR
from deploy.parts import PARTS
from deploy.subscribers.folder import Folder
from shared.messaging.broker import NoBroker, inbox_prefix
from shared.messaging.streams import Durable, durables, provision

log = structlog.get_logger()


async def provision_all(
    url: str, password: str, *, subscribers: Path | None = None, replicas: int | None = None, wait: float = 0.0
) -> list[Durable]:
    """Make what is missing; returns all durables. Waits `wait` seconds for a server that can't be reached yet.

    `subscribers` is the folder that says who subscribes.

    Raises ProvisioningFailed, or NoBroker where the server can't be reached or refuses the user.
    """
    wanted = durables(part.consumers for part in PARTS)
    if subscribers is not None:
        wanted += [durable for it in Folder(subscribers).subscribers() for durable in it.durables()]
    until = monotonic() + wait
    while True:
        try:
            async with operator(url, password) as client:
                await provision(client, wanted, replicas=replicas)
                return wanted
        except NoBroker:
            if monotonic() >= until:
                raise
            await asyncio.sleep(0.5)


@asynccontextmanager
async def operator(url: str, password: str) -> AsyncIterator[Client]:
    """A connection as NATS' operator. Raises NoBroker where there is none to be had."""
    try:
        client = await _connect(url, password)
    except (nats.errors.Error, OSError) as error:
        msg = f"NATS at {url} does not let its user {OPERATOR} in: {error}"
        raise NoBroker(msg) from error
    try:
        yield client
    finally:
        await client.close()


async def _connect(url: str, password: str) -> Client:
    async def error(problem: Exception) -> None:
        log.debug("NATS", error=str(problem))

    return await nats.connect(
        url,
        user=OPERATOR,
        password=password,
        inbox_prefix=inbox_prefix(OPERATOR),
        allow_reconnect=False,
        max_reconnect_attempts=1,  # at the first connect too, which would otherwise be tried for two minutes
        reconnect_time_wait=0.2,
        connect_timeout=10,
        error_cb=error,
    )
