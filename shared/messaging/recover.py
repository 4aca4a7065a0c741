"""Recover: a database that is older than what was told takes it in again from the streams. The inverse of `republish`.

A service's own events become outbox rows that were sent, each in one transaction with its entity, which the subject
adopts (`adopting.py`, the inverse of its `telling.py`). Then the others' events go through the ordinary inbox and facts.
It runs while the service is stopped. What is known already stays as it is, so that it may be killed anywhere and run
again; until it has come to its end the database says so, and is not served (guard.py). A dry run is the same in one
transaction that is rolled back at its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from nats.aio.client import Client
from pydantic import ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.clock import real_now
from shared.contracts.catalogue import BY_TYPE, stream_of
from shared.contracts.envelope import Event, EventType, model_of
from shared.database import Database
from shared.messaging.batch import Batches
from shared.messaging.consume import Consumers
from shared.messaging.in_hand import Taken, read
from shared.messaging.stopped import stopped
from shared.messaging.tables import disowned, outbox, recovery, taken_in
from shared.messaging.walk import Stream, walk
from shared.transient import is_transient

BY = "recover"  # stands where the name of a key does: who changed what is adopted is told by no event

# Makes the rows of one of the service's own events, in the caller's transaction; a row that is as new or newer stays.
# Raises Refused where a rule of the domain does not hold.
Adoption = Callable[[AsyncConnection, Event[Any]], Awaitable[None]]
Adoptions = Mapping[EventType[Any], Adoption]


class CannotRecover(Exception):
    """Something that is needed for it is not there. The message says what, and what to do."""


class Invalid(NamedTuple):
    """A message of the service's own stream that cannot be adopted, and why."""

    key: str  # the event's id, or the body's SHA-256 where it has none
    type: str | None
    sequence: int  # in the stream
    reason: str


@dataclass
class Report:
    """What was done, or in a dry run what would be."""

    service: str
    done: bool = False
    adopted: Counter[str] = field(default_factory=Counter)  # own events, by type
    taken_in: Counter[str] = field(default_factory=Counter)  # others' events, by type
    parked: int = 0  # others' events that could not be handled
    invalid: list[Invalid] = field(default_factory=list)
    disowned: list[str] = field(default_factory=list)
    newest: datetime | None = None  # when the newest of all these events happened


Failed = list[tuple[Taken, Exception]]


async def recover(
    client: Client,
    database: Database,
    consumers: Consumers,
    adoptions: Adoptions,
    *,
    do: bool,
    disown: Collection[str] = (),
) -> Report:
    """Bring a stopped service's database up to what was told. `client` is NATS' operator.

    Without `do`, and where anything is invalid, it changes nothing and says what it would do. `disown` has the ids of own
    events that are not to be adopted. Raises CannotRecover, stopped.IsRunning or walk.StreamFellSilent.
    """
    async with stopped(database, consumers.service):
        try:
            report = await _Recovery(client, database, consumers, adoptions, disown).rehearse()
            if do and not report.invalid:
                report = await _Recovery(client, database, consumers, adoptions, disown).run()
        except (SQLAlchemyError, OSError) as error:
            reason = str(error).splitlines()[0]
            msg = f"the database cannot be used, or lacks its tables (run migrate first): {reason}"
            raise CannotRecover(msg) from error
        return report


class _Recovery:
    def __init__(
        self,
        client: Client,
        database: Database,
        consumers: Consumers,
        adoptions: Adoptions,
        disown: Collection[str],
    ) -> None:
        self._client = client
        self._database = database
        self._consumers = consumers
        self._batches = Batches(consumers, database)
        self._adoptions = {kind.type: adoption for kind, adoption in adoptions.items()}
        self._disown = frozenset(disown)
        self._rehearsal: AsyncConnection | None = None
        self._report = Report(consumers.service)

    async def rehearse(self) -> Report:
        async with self._database.writer.connect() as connection, connection.begin() as transaction:
            self._rehearsal = connection
            await self.run()
            await transaction.rollback()
        self._report.done = False
        return self._report

    async def run(self) -> Report:
        await self._adopt_all(await walk(self._client, stream_of(self._consumers.service)))
        for publisher, filters in self._consumers.filters().items():
            await self._take_in_all(await walk(self._client, stream_of(publisher), filters))
        if not self._report.invalid:
            async with self._transaction() as connection:
                await connection.execute(delete(recovery))
            self._report.done = True
        return self._report

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        if self._rehearsal is not None:
            yield self._rehearsal
            return
        async with self._database.transaction() as connection:
            yield connection

    async def _adopt_all(self, stream: Stream) -> None:
        """In the stream's order. What fails is tried again after all others: two may stand there the other way round."""
        async with self._transaction() as connection:
            not_ours = await _disowned(connection, self._disown)
            await _begin(connection)
        self._report.disowned = sorted(not_ours)
        failed: Failed = []
        async for messages in stream.batches():
            failed += await self._adopt([it for it in map(read, messages) if it.key not in not_ours])
        before = 0
        while failed and len(failed) != before:
            before = len(failed)
            failed = await self._adopt([it for it, _ in failed])
        self._report.invalid = [_invalid(it, error) for it, error in failed]

    async def _adopt(self, taken: Sequence[Taken]) -> Failed:
        """Returns those that could not be adopted, and why."""
        failed: Failed = []
        async with self._transaction() as connection:
            known = await _known(connection, [it.key for it in taken])
            for it in taken:
                if it.key in known:
                    continue
                try:
                    async with connection.begin_nested():
                        await self._adopt_one(connection, it)
                except Exception as error:
                    if is_transient(error):
                        raise
                    failed.append((it, error))
                else:
                    known.add(it.key)  # a stream may hold an event twice
            await self._set_clock(connection)
        return failed

    async def _adopt_one(self, connection: AsyncConnection, it: Taken) -> None:
        event = _own(it)
        row = {
            "event_id": event.id,
            "message_id": event.id,
            "type": event.type,
            "subject": it.message.subject,
            "body": it.message.data.decode(),
            "added_at": it.message.metadata.timestamp,
            "published_at": it.message.metadata.timestamp,
        }
        await connection.execute(outbox.insert(), row)
        await self._adoptions[event.type](connection, event)
        self._report.adopted[event.type] += 1
        self._has_seen(event)

    async def _take_in_all(self, stream: Stream) -> None:
        async for messages in stream.batches():
            async with self._transaction() as connection:
                new, parked = await self._batches.take_in(connection, messages)
                for event in new:
                    self._report.taken_in[event.type] += 1
                    self._has_seen(event)
                await self._set_clock(connection)
            self._report.parked += parked
        async with self._transaction() as connection:
            await _note_taken_in(connection, stream)

    def _has_seen(self, event: Event[Any]) -> None:
        self._report.newest = max(self._report.newest or event.time, event.time)

    async def _set_clock(self, connection: AsyncConnection) -> None:
        """A simulated clock goes on where the newest event stands: with it, since a killed run sees none of these again."""
        newest = self._report.newest
        if newest and await clock.is_simulated(connection) and await clock.now(connection) < newest:
            await clock.move(connection, newest)


async def _known(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Those of these events that the outbox has; one that it did not know to be sent was: the stream has it."""
    is_one = outbox.c.event_id.in_(ids)
    was_sent = update(outbox).where(is_one, outbox.c.published_at.is_(None), outbox.c.message_id == outbox.c.event_id)
    await connection.execute(was_sent.values(published_at=real_now()))
    return set((await connection.execute(select(outbox.c.event_id).where(is_one))).scalars())


async def _disowned(connection: AsyncConnection, more: Collection[str]) -> set[str]:
    """Own events that are not the service's, by an operator's word: these, and those that were named before."""
    known = set((await connection.execute(select(disowned.c.event_id))).scalars())
    for id in sorted(set(more) - known):
        await connection.execute(disowned.insert(), {"event_id": id, "by": BY, "at": real_now()})
    return known | set(more)


async def _begin(connection: AsyncConnection) -> None:
    """From now on nobody serves this database until all is in, whatever its outbox knows by then."""
    await connection.execute(delete(recovery))
    await connection.execute(recovery.insert(), {"began_at": real_now()})


async def _note_taken_in(connection: AsyncConnection, stream: Stream) -> None:
    """All of the stream is taken in now: the database is no longer older than what its durable has acknowledged."""
    await connection.execute(delete(taken_in).where(taken_in.c.stream == stream.name))
    row = {"stream": stream.name, "created_at": stream.created_at, "sequence": stream.last_sequence}
    await connection.execute(taken_in.insert(), row)


def _own(it: Taken) -> Event[Any]:
    """The event as strictly as who tells it keeps to its contract: no code is one that is not known here.

    Raises Unreadable or ValueError.
    """
    if it.unreadable is not None:
        raise it.unreadable
    assert it.event is not None  # for the type checker: it is read or unreadable
    kind = model_of(BY_TYPE[it.event.type].entity)  # type: ignore[arg-type]  # a type hashes
    event: Event[Any] = kind.model_validate_json(it.message.data)
    return event


def _invalid(it: Taken, error: Exception) -> Invalid:
    type_ = it.event.type if it.event else it.unreadable.type if it.unreadable else None
    return Invalid(it.key, type_, it.message.metadata.sequence.stream, _told(error))


def _told(error: Exception) -> str:
    """Without content: it may be logged."""
    if isinstance(error, ValidationError):
        return "wrong: " + ", ".join(sorted({".".join(map(str, it["loc"])) for it in error.errors()}))
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
