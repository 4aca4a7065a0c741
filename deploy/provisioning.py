"""Provisioning as the operator's user does it: the streams, and the durables of all services and subscribers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

from deploy.nats_operator import operator
from deploy.parts import PARTS
from deploy.subscribers.folder import Folder
from shared.messaging.broker import NoBroker
from shared.messaging.streams import Durable, durables, provision


async def provision_all(
    url: str, password: str, *, subscribers: Path | None = None, replicas: int | None = None, wait: float = 0.0
) -> list[Durable]:
    """Make what is missing; returns all durables. Waits `wait` seconds for a server that can't be reached yet.

    `subscribers` is the folder that says who subscribes, if it was made.

    Raises ProvisioningFailed, or NoBroker where the server can't be reached or refuses the user.
    """
    wanted = durables(part.consumers for part in PARTS)
    if subscribers is not None and (folder := Folder(subscribers)).is_made:
        wanted += [durable for it in folder.subscribers() for durable in it.durables()]
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
