"""NATS takes in what the folder of subscribers says, while it runs."""

from __future__ import annotations

import json
from typing import Any

import nats.errors
from nats.aio.client import Client

from deploy.nats_config import RELOAD
from deploy.nats_operator import connect

# An account that is new to nats-server 2.15 can ask nothing until the second time that the configuration is read.
RELOADS = 3
HOW = "have it read its configuration, twice: docker compose kill --signal HUP nats; or start it anew"


class NotTakenIn(Exception):
    """NATS does not go by what the folder says. The message says how to have it do so."""


async def take_in(client: Client, url: str, credentials: dict[str, Any]) -> None:
    """Returns when a subscriber can read with these credentials; `client` is NATS' operator. Raises NotTakenIn."""
    for _ in range(RELOADS):
        await reload(client)
        if await _can_read(url, credentials):
            return
    msg = f"NATS has read its configuration and does not let {credentials['user']} read. If it includes another folder, {HOW}"
    raise NotTakenIn(msg)


async def reload(client: Client) -> None:
    """Have the server that we are connected to read its configuration anew. Raises NotTakenIn."""
    subject = RELOAD.replace("*", client._server_info["server_id"])  # noqa: SLF001 - nats-py has no other name for it
    try:
        answer = json.loads((await client.request(subject, timeout=10)).data)
    except (TimeoutError, nats.errors.Error) as error:
        msg = f"NATS could not be told ({type(error).__name__}): {HOW}"
        raise NotTakenIn(msg) from error
    if problem := answer.get("error"):
        msg = f"NATS refuses its configuration: {problem.get('description')}"
        raise NotTakenIn(msg)


async def _can_read(url: str, credentials: dict[str, Any]) -> bool:
    try:
        client = await connect(url, credentials["user"], credentials["password"])
    except (nats.errors.Error, OSError, TimeoutError):
        return False
    try:
        jetstream = client.jetstream(domain=credentials["domain"], timeout=5)
        for stream in credentials["streams"]:
            await jetstream.consumer_info(stream, credentials["durable"])
    except (nats.errors.Error, TimeoutError):
        return False
    finally:
        await client.close()
    return True
