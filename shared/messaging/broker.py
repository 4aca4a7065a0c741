"""The connection to NATS: reconnects for ever, and says when there is no hope left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import nats.aio.client
import structlog
from faststream.nats import NatsBroker
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from nats.aio.transport import TcpTransport
from nats.js.errors import APIError

from shared.settings import ServiceSettings

log = structlog.get_logger()

FIRST_CONNECT = 10.0  # seconds; with endless reconnecting the first connect would otherwise never give up
FINISH = 8.0  # seconds for the handler in hand when stopping
INBOXES = "_INBOX_"  # how the inboxes of all our users begin


class _Connection(TcpTransport):
    """Closes the connection it had before it makes another.

    nats-py 2.16 leaves one on which the server never greeted, as when it is just stopping, open for the garbage collector.
    """

    async def connect(self, *args: Any, **options: Any) -> None:
        self.close()  # type: ignore[no-untyped-call]
        await super().connect(*args, **options)


nats.aio.client.TcpTransport = _Connection  # type: ignore[attr-defined]  # it has no other place to say so


class NoBroker(Exception):
    """NATS could not be reached at the start, or refused the user."""


def inbox_prefix(user: str) -> str:
    """Where a user's replies arrive; nobody else may listen there."""
    return f"{INBOXES}{user}"


def create(
    service: str,
    settings: ServiceSettings,
    *,
    fail: Callable[[str], None],
    is_back: Callable[[], None],
    is_stopping: Callable[[], bool],
) -> NatsBroker:
    """A broker that is not connected yet. `fail` is called when the connection is of no more use, `is_back` after each outage."""

    async def closed() -> None:
        fail("the connection to NATS is closed for good")

    async def error(problem: Exception) -> None:
        if isinstance(problem, APIError):
            return  # an event that was refused, each time it is sent: the relay says so, and why
        # A denied publish shows nowhere else: its publisher sees a time-out. Trying again would never help, so it is fatal.
        text = str(problem).lower()
        # NATS also refuses a late answer, to an inbox whose owner waits no longer. Nothing is wrong then.
        is_late = f'"{INBOXES.lower()}' in text
        if "permissions violation" in text and not is_late:
            fail(f"NATS refuses what this service does: {problem}")
        else:
            log.warning("NATS", error=f"{type(problem).__name__}: {problem}")

    async def disconnected() -> None:
        if not is_stopping():
            log.warning("NATS is gone; reconnecting")

    async def reconnected() -> None:
        log.info("NATS is back")
        is_back()

    user, secret = settings.nats_user, settings.nats_secret()
    return NatsBroker(
        settings.nats_url,
        name=service,
        security=SASLPlaintext(username=user, password=secret, use_ssl=False) if user and secret else None,
        inbox_prefix=inbox_prefix(service),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=error,
        closed_cb=closed,
        disconnected_cb=disconnected,
        reconnected_cb=reconnected,
        graceful_timeout=FINISH,
        apply_types=False,
        logger=None,
    )


async def flush(client: Client) -> None:
    """Returns when the server has all that was sent before: subscriptions, for one.

    nats-py 2.16 writes its PING past what still waits to be written, and so the PONG may come before a subscription is there.
    What waited is written before that PONG is read; the second PING stands behind it. Raises nats.errors.Error, TimeoutError.
    """
    await client.flush()
    await client.flush()


async def let_go(client: Client) -> None:
    """Send what is still to be sent, and close. A client that is just reconnecting would otherwise connect once more."""
    try:
        async with asyncio.timeout(2):
            await flush(client)
    except Exception as error:  # noqa: BLE001 - it is closed for good, or the server is away
        log.info("NATS was not left in order", error=type(error).__name__)
    finally:
        with suppress(Exception):
            await client.close()


async def connect(broker: NatsBroker) -> Client:
    """The client behind the broker. Raises NoBroker where it takes more than ten seconds."""
    try:
        async with asyncio.timeout(FIRST_CONNECT):
            return await broker.connect()
    except TimeoutError:
        msg = "NATS cannot be reached, or refuses the user"
        raise NoBroker(msg) from None
