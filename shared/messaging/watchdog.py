"""The watchdog ends a service whose consumer was deleted, or no longer fetches.

Neither shows as an error: the service would look alive and never hear of anything again. Started anew, it looks for its
durables and says what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic

import nats.errors
import structlog
from nats.aio.client import Client
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from shared.database import Database

log = structlog.get_logger()

EVERY = 5.0  # seconds
PATIENCE = 30.0  # seconds
TIME_OUT = 2.0  # seconds, for the server to answer about a consumer


async def consumer_info(client: Client, stream: str, durable: str) -> ConsumerInfo | None:
    """None where there is no such consumer. Raises TimeoutError or nats.errors.Error where the server does not say."""
    try:
        info: ConsumerInfo = await client.jsm().consumer_info(stream, durable, timeout=TIME_OUT)
    except NotFoundError:
        return None
    return info


class Watchdog:
    """Watches one service's durables. The service calls `began` and `ended` for each batch that was fetched."""

    def __init__(self, client: Client, database: Database, durable: str, streams: Iterable[str]) -> None:
        self._client = client
        self._database = database
        self._durable = durable
        self._fine_at = {stream: monotonic() for stream in streams}
        self._ended_at = dict(self._fine_at)  # the last batch
        self._busy: set[str] = set()

    def began(self, stream: str) -> None:
        self._busy.add(stream)

    def ended(self, stream: str) -> None:
        self._busy.discard(stream)
        self._ended_at[stream] = monotonic()

    async def run(self, fail: Callable[[str], None]) -> None:
        """Look every five seconds; calls `fail` with the reason once something was wrong for thirty."""
        while True:
            await asyncio.sleep(EVERY)
            for stream in self._fine_at:
                reason = await self._wrong_with(stream)
                if reason is None:
                    self._fine_at[stream] = monotonic()
                elif monotonic() - self._fine_at[stream] >= PATIENCE:
                    fail(reason)
                    return

    async def _wrong_with(self, stream: str) -> str | None:
        try:
            info = await consumer_info(self._client, stream, self._durable)
        except (TimeoutError, nats.errors.Error):
            return None  # the server does not answer: nothing is known, and reconnecting goes on
        if info is None:
            return f"the durable {self._durable} on {stream} is gone"
        # Without its database a service fetches nothing on purpose, and a batch in hand may take its time.
        idle = stream not in self._busy and monotonic() - self._ended_at[stream] >= EVERY
        if info.num_pending and idle and await self._database.answers():
            return f"{info.num_pending} events of {stream} are pending and none is fetched"
        return None
