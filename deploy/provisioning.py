"""Provisioning as the operator's user does it: the streams, and the durables of all services and of other systems."""

from __future__ import annotations

import nats
import structlog

from deploy.nats_config import OPERATOR
from deploy.parts import PARTS
from shared.messaging.broker import inbox_prefix
from shared.messaging.streams import durables, provision

log = structlog.get_logger()


async def provision_all(url: str, password: str, *, replicas: int = 1) -> None:
    """Raises ProvisioningFailed, or nats.errors.Error where the server can't be reached or refuses the user."""

    async def error(problem: Exception) -> None:
        log.warning("NATS", error=str(problem))

    client = await nats.connect(
        url,
        user=OPERATOR,
        password=password,
        inbox_prefix=inbox_prefix(OPERATOR),
        allow_reconnect=False,
        connect_timeout=10,
        error_cb=error,
    )
    try:
        await provision(client, durables(part.consumers for part in PARTS), replicas=replicas)
    finally:
        await client.close()
