"""The connection to NATS: reconnects for ever, and says when there is no hope left."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import ParseResult

import nats.aio.client
import nats.errors
import structlog
from faststream.nats import NatsBroker
from faststream.security import BaseSecurity, SASLPlaintext
from nats.aio.client import Client
from nats.aio.transport import TcpTransport
from nats.js.errors import APIError

from shared.settings import ServiceSettings
from shared.transient import in_one_line

log = structlog.get_logger()

FIRST_CONNECT = 10.0  # seconds; with endless reconnecting the first connect would otherwise never give up
FINISH = 8.0  # seconds for the handler in hand when stopping
REFUSED = "authorization violation"
INBOXES = "_INBOX_"  # how the inboxes of all our users begin


class _Connection(TcpTransport):
    """Closes the connection it had before it makes another, and sends nothing unencrypted to a `tls://` address.

    nats-py 2.16 leaves one on which the server never greeted, as when it is just stopping, open for the garbage collector. It
    encrypts where the server's greeting says so, which is not encrypted itself: who stands in between would get the password.
    """

    is_to_encrypt = False

    async def connect(self, uri: ParseResult, *args: Any, **options: Any) -> None:
        self.close()  # type: ignore[no-untyped-call]
        self.is_to_encrypt = uri.scheme == "tls"
        await super().connect(uri, *args, **options)

    async def connect_tls(self, *args: Any, **options: Any) -> None:
        try:
            await super().connect_tls(*args, **options)
        except BaseException:
            # Whoever waits for the end of the one without TLS would do so for ever: it does not hear of it any more.
            if self._io_writer is not None:
                self._io_writer.transport.abort()
            self._io_reader = self._io_writer = None
            raise
        self.is_to_encrypt = False

    def write(self, payload: bytes) -> None:
        if self.is_to_encrypt:
            msg = "the server offers no TLS"
            raise nats.errors.Error(msg)
        super().write(payload)  # type: ignore[no-untyped-call]


nats.aio.client.TcpTransport = _Connection  # type: ignore[attr-defined]  # it has no other place to say so


class NoBroker(Exception):
    """NATS could not be reached at the start, or refused the user."""


def inbox_prefix(user: str) -> str:
    """Where a user's replies arrive; nobody else may listen there."""
    return f"{INBOXES}{user}"


def _is_denied(problem: Exception) -> bool:
    """A denied publish shows nowhere else: its publisher sees a time-out. Trying again would never help, so it is fatal."""
    text = str(problem).lower()
    # NATS also refuses a late answer, to an inbox whose owner waits no longer. Nothing is wrong then.
    return "permissions violation" in text and f'"{INBOXES.lower()}' not in text


class _Events:
    """What happens to the connection, and who is to know."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        fail: Callable[[str], None],
        is_back: Callable[[], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._fail, self._is_back, self._is_stopping = fail, is_back, is_stopping
        self._was_connected = False
        self._told = ""

    async def closed(self) -> None:
        self._fail("the connection to NATS is closed for good")

    async def error(self, problem: Exception) -> None:
        if isinstance(problem, APIError):
            return  # an event that was refused, each time it is sent: the relay says so, and why
        if REFUSED in str(problem).lower():
            # At the first connect whoever connects says so. Later nobody would try again: started anew, it reads the password anew.
            if self._was_connected:
                self._fail(refused(self._settings.nats_url, self._settings.nats_user, problem))
        elif _is_denied(problem):
            self._fail(f"NATS refuses what this service does: {problem}")
        elif self._told != (told := in_one_line(problem)):  # once, and not with each try
            self._told = told
            log.warning("NATS", error=told)

    async def disconnected(self) -> None:
        self._was_connected = True
        if not self._is_stopping():
            log.warning("NATS is gone; reconnecting")

    async def reconnected(self) -> None:
        self._told = ""
        log.info("NATS is back")
        self._is_back()


def create(
    service: str,
    settings: ServiceSettings,
    *,
    fail: Callable[[str], None],
    is_back: Callable[[], None],
    is_stopping: Callable[[], bool],
) -> NatsBroker:
    """A broker that is not connected yet. `fail` is called when the connection is of no more use, `is_back` after each outage."""
    events = _Events(settings, fail=fail, is_back=is_back, is_stopping=is_stopping)
    return NatsBroker(
        addresses(settings.nats_url),
        name=service,
        security=_security(settings),
        inbox_prefix=inbox_prefix(service),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=events.error,
        closed_cb=events.closed,
        disconnected_cb=events.disconnected,
        reconnected_cb=events.reconnected,
        graceful_timeout=FINISH,
        apply_types=False,
        logger=None,
    )


def _security(settings: ServiceSettings) -> BaseSecurity:
    user, secret, tls = settings.nats_user, settings.nats_secret(), tls_context(settings.nats_ca_file)
    return SASLPlaintext(username=user, password=secret, ssl_context=tls) if user and secret else BaseSecurity(tls)


def addresses(url: str) -> list[str]:
    """The servers of a cluster, with commas between them."""
    return [it for it in re.split(r"[,\s]+", url) if it]


def tls_context(ca_file: Path | None) -> ssl.SSLContext | None:
    """By whom servers are trusted; None where that is whom the machine trusts."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else None


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


def refused(url: str, user: str | None, error: Exception) -> str:
    """What to tell people when NATS does not let a user in."""
    return f"NATS at {url} does not let its user {user} in: {str(error).removeprefix('nats: ').strip(chr(39))}"


async def connect(broker: NatsBroker, settings: ServiceSettings) -> Client:
    """The client behind the broker. Raises NoBroker where it takes more than ten seconds, or NATS does not let its user in."""
    try:
        async with asyncio.timeout(FIRST_CONNECT):
            return await broker.connect()
    except TimeoutError:
        msg = f"NATS at {settings.nats_url} cannot be reached within {FIRST_CONNECT:.0f} s"
        raise NoBroker(msg) from None
    except nats.errors.Error as error:
        raise NoBroker(refused(settings.nats_url, settings.nats_user, error)) from None
