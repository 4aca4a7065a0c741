"""What is wrong with a service, part by part: what keeps it from serving, and what it serves without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from shared.contracts.catalogue import stream_of
from shared.database import Database
from shared.messaging import set_aside
from shared.messaging.due_work import Worker
from shared.messaging.guard import Guard
from shared.messaging.relay import Relay
from shared.messaging.watchdog import TIME_OUT, consumer_info

SERVICE, DATABASE = "service", "database"
BROKER, STREAM, CONSUMERS, PUBLISHING = "broker", "stream", "consumers", "publishing"
WORK = "work"


@dataclass(frozen=True)
class Fault:
    part: str
    reason: str  # for people


@dataclass(frozen=True)
class Condition:
    """Not ready, with the reasons; or ready, and degraded by what is away meanwhile."""

    not_ready: tuple[Fault, ...] = ()
    degraded: tuple[Fault, ...] = ()

    def lacks(self, *parts: str) -> bool:
        return any(it.part in parts for it in (*self.not_ready, *self.degraded))


@dataclass(frozen=True)
class Checks:
    """Looks at one service. A backlog is no fault, or it would take every replica out."""

    name: str
    streams: Sequence[str]
    database: Database
    guard: Guard
    relay: Relay
    worker: Worker

    async def condition(self, client: Client | None, *, withheld: str | None) -> Condition:
        """`withheld` says why nothing is served, if it is so."""
        not_ready = []
        if withheld is not None:
            not_ready.append(Fault(DATABASE if self.guard.why_older else SERVICE, withheld))
        elif not await self.database.answers():
            not_ready.append(Fault(DATABASE, "the database does not answer, or it is not known whether it is older"))
        works = [] if not_ready else await self._set_aside()
        return Condition(tuple(not_ready), (*await self._broker(client), *self._works(), *works))

    async def _broker(self, client: Client | None) -> list[Fault]:
        if client is None or not client.is_connected:
            return [Fault(BROKER, "NATS is away")]
        found = []
        try:
            await client.jsm(timeout=TIME_OUT).stream_info(stream_of(self.name))
            if self.guard.lost is not None:
                found.append(Fault(STREAM, self.guard.lost))
        except NotFoundError:
            found.append(Fault(STREAM, f"the stream {stream_of(self.name)} is missing: provision, then republish"))
        except (TimeoutError, nats.errors.Error) as error:
            return [Fault(BROKER, f"NATS does not answer: {type(error).__name__}")]
        try:
            missing = [it for it in self.streams if await consumer_info(client, it, self.name) is None]
        except (TimeoutError, nats.errors.Error) as error:
            return [Fault(BROKER, f"NATS does not answer: {type(error).__name__}")]
        found += [Fault(CONSUMERS, f"the durable {self.name} on {it} is missing: provision") for it in missing]
        if self.relay.trouble is not None:
            found.append(Fault(PUBLISHING, self.relay.trouble))
        return found

    def _works(self) -> Iterable[Fault]:
        for work in self.worker.works:
            reason = work.trouble() if work.trouble else None
            if reason is not None:
                yield Fault(work.needs or work.name, reason)
        for name, raised in self.worker.failing.items():
            # The kind alone: health is open to anyone, and what was raised may name people. The log has all of it.
            yield Fault(WORK, f"{name} fails with {raised} and is tried again: see the log")

    async def _set_aside(self) -> list[Fault]:
        async with self.database.reading() as connection:
            keys = await set_aside.keys(connection)
        return [Fault(WORK, f"{work} fails with {raised} for some: see /operations/set-aside") for work, raised in keys]
