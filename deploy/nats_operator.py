"""NATS' operator: who makes streams and durables, reads all of them, and has NATS read its configuration anew."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats.errors
import structlog
from nats.aio.client import Client

from deploy.nats_config import OPERATOR
from shared.messaging.broker import NoBroker, addresses, inbox_prefix, refused, tls_context

log = structlog.get_logger()

CA_FILE = "KULTURSKOLE_NATS_CA_FILE"  # as for the services: who signed the certificate of NATS, in PEM


@asynccontextmanager
async def operator(url: str, password: str) -> AsyncIterator[Client]:
    """A connection as NATS' operator. Raises NoBroker where there is none to be had."""
    try:
        client = await connect(url, OPERATOR, password)
    except (nats.errors.Error, OSError) as error:
        raise NoBroker(refused(url, OPERATOR, error)) from error
    try:
        yield client
    finally:
        await client.close()


async def connect(url: str, user: str, password: str) -> Client:
    """A connection for a command: tried once, and not made anew. Raises nats.errors.Error, OSError, TimeoutError."""

    async def error(problem: Exception) -> None:
        log.debug("NATS", error=str(problem))

    ca_file = os.environ.get(CA_FILE)
    client = Client()
    try:
        await client.connect(
            addresses(url),
            tls=tls_context(Path(ca_file) if ca_file else None),
            user=user,
            password=password,
            inbox_prefix=inbox_prefix(user),
            allow_reconnect=False,
            max_reconnect_attempts=1,  # at the first connect too, which would otherwise be tried for two minutes
            reconnect_time_wait=0.2,  # type: ignore[arg-type]  # seconds, of which a part will do
            connect_timeout=10,
            error_cb=error,
        )
    except BaseException:
        await client.close()  # nats-py leaves a connection open on which it was not let in
        raise
    return client
