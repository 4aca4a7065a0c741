"""Waiting with messages in hand while the database is away: an outage is no message's fault, and counts as no attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from shared.database import Database
from shared.messaging.pauses import after, pause
from shared.transient import in_one_line, is_transient

T = TypeVar("T")

log = structlog.get_logger()

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 1.0  # seconds between two tries while the database does not do what it should


class Stopping(Exception):
    """The service stops while the database does not answer: what is in hand will be delivered again."""


class Outages:
    """`stopping` is set when nothing is waited for any longer."""

    def __init__(self, database: Database, stopping: asyncio.Event) -> None:
        self._database = database
        self._stopping = stopping

    async def through(self, do: Callable[[], Awaitable[T]]) -> T:
        """Do it, again and again while the database is away.

        Raises Stopping where the service stops before the database is back.
        """
        failures, told = 0, ""
        while True:
            try:
                return await do()
            except Exception as error:
                if not is_transient(error):
                    raise
                if told != (told := in_one_line(error)):  # once for each reason, and not with each try
                    log.warning("the database does not answer; waiting with messages in hand", error=told)
            failures += 1
            await self._database_is_back(after(failures, first=SHORTEST_PAUSE, longest=LONGEST_PAUSE))

    async def _database_is_back(self, seconds: float) -> None:
        """Returns when it answers, though not before so many seconds have gone by."""
        while True:
            await pause(self._stopping, seconds)
            if self._stopping.is_set():
                raise Stopping
            if await self._database.answers():
                return
            seconds = SHORTEST_PAUSE
