"""The relay: sends what stands in the outbox, many at a time, and marks what the stream has acknowledged.

One relay of a service is active at a time: on PostgreSQL the one that holds an advisory lock, on SQLite there is only
one process. Two that overlap for a moment do no harm, since the stream knows a message's id. Rows are chosen by not
being sent, never by a cursor: sequences do not commit in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from nats.js import JetStreamContext
from nats.js.api import Header, PubAck
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.clock import real_now
from shared.database import Database
from shared.ids import new_id
from shared.messaging.outbox import CHANNEL
from shared.messaging.pauses import after, pause
from shared.messaging.points import reached
from shared.messaging.tables import outbox

log = structlog.get_logger()

BATCH = 1_000  # rows in flight
ACK_TIME_OUT = 5.0  # seconds; a time-out proves nothing, the retry has the same message id
POLL = 1.0  # seconds
LONGEST_PAUSE = 5.0  # seconds, while nothing is acknowledged
LOCK = 5_216_040_312  # any number: advisory locks are per database


class Relay:
    def __init__(self, database: Database, stream: str) -> None:
        self._database = database
        self._stream = stream
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self.jetstream: JetStreamContext | None = None
        database.on_commit(self._wake.set)

    def start(self, jetstream: JetStreamContext) -> asyncio.Task[None]:
        """The task, which should never end by itself."""
        self.jetstream = jetstream
        self._task = asyncio.create_task(self._run(), name="relay")
        return self._task

    async def stop(self, within: float) -> None:
        """Finish what is in flight."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def unsent(self) -> Sequence[Row[Any, Any, Any, Any]]:
        """The next rows to be sent, in their order."""
        query = select(outbox.c.position, outbox.c.message_id, outbox.c.subject, outbox.c.body)
        unsent = query.where(outbox.c.published_at.is_(None)).order_by(outbox.c.position).limit(BATCH)
        async with self._database.reading() as connection:
            return (await connection.execute(unsent)).all()

    async def send(self, rows: Sequence[Row[Any, Any, Any, Any]]) -> int:
        """Send these rows and mark those that the stream has acknowledged; returns how many it has."""
        reached("relay.before_publish")
        sent = await self._publish(rows)
        if not sent:
            return 0
        reached("relay.published")
        async with self._database.transaction() as connection:
            await connection.execute(update(outbox).where(outbox.c.position.in_(sent)).values(published_at=real_now()))
        reached("relay.recorded")
        return len(sent)

    async def _publish(self, rows: Sequence[Row[Any, Any, Any, Any]]) -> list[int]:
        """The positions of those that the stream has, for the first time or as a duplicate."""
        assert self.jetstream is not None  # for the type checker: start() set it
        acks: dict[int, asyncio.Future[PubAck]] = {}
        for position, message_id, subject, body in rows:
            acks[position] = await self.jetstream.publish_async(
                subject, body.encode(), headers={Header.MSG_ID.value: message_id}, stream=self._stream
            )
        try:
            async with asyncio.timeout(ACK_TIME_OUT):
                await asyncio.gather(*acks.values(), return_exceptions=True)
        except TimeoutError:
            pass  # gather has cancelled those that are missing
        sent = [position for position, ack in acks.items() if not ack.cancelled() and ack.exception() is None]
        if len(sent) < len(acks):
            log.warning("events were not acknowledged and are sent again", count=len(acks) - len(sent))
        return sent

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                async with self._being_the_one() as is_still:
                    while not self._stopping and is_still():
                        self._wake.clear()
                        rows = await self.unsent()
                        if not rows:
                            await pause(self._wake, POLL)
                        elif await self.send(rows):
                            failures = 0
                        else:
                            failures += 1
                            await pause(self._wake, after(failures, first=0.2, longest=LONGEST_PAUSE))
            except Exception as error:  # noqa: BLE001 - whatever it was, the rows are still there
                failures += 1
                log.warning("the relay starts again", error=f"{type(error).__name__}: {error}"[:500])
            await pause(self._wake, after(failures, first=POLL, longest=LONGEST_PAUSE) if failures else POLL)

    @asynccontextmanager
    async def _being_the_one(self) -> AsyncIterator[Callable[[], bool]]:
        """Hold the lock as long as it can be told; yields a question that is always False where another holds it."""
        if self._database.is_sqlite:
            yield lambda: True
            return
        lost = False

        def lose(*_: object) -> None:
            nonlocal lost
            lost = True
            self._wake.set()

        # A connection of its own that stays open and in no transaction. A holder whose machine is lost keeps the lock
        # until TCP notices: let it notice soon.
        keepalive = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
        engine = create_async_engine(
            self._database.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": keepalive},
        )
        try:
            async with engine.connect() as connection:
                if not await _try_lock(connection):
                    yield lambda: False
                    return
                driver: Any = (await connection.get_raw_connection()).driver_connection
                driver.add_termination_listener(lose)
                await driver.add_listener(CHANNEL, lambda *_: self._wake.set())
                yield lambda: not lost
        finally:
            await engine.dispose()


async def count_unsent(database: Database) -> int:
    """How many events are not acknowledged by the stream yet."""
    query = select(func.count()).where(outbox.c.published_at.is_(None))
    async with database.reading() as connection:
        return (await connection.execute(query)).scalar_one()


async def republish(database: Database, types: Sequence[str] | None = None) -> int:
    """Have all events, or those of some types, sent again under new message ids; returns how many.

    The events' own ids stay, so that only handlers that have not had one will take it.
    """
    again = update(outbox).where(outbox.c.published_at.is_not(None))
    if types is not None:
        again = again.where(outbox.c.type.in_(types))
    async with database.transaction() as connection:
        values = {"published_at": None, "message_id": outbox.c.event_id + f":{new_id()}"}
        count = (await connection.execute(again.values(values))).rowcount
        if not database.is_sqlite:
            await connection.execute(text(f"NOTIFY {CHANNEL}"))
    return count


async def _try_lock(connection: AsyncConnection) -> bool:
    query = text("SELECT pg_try_advisory_lock(:lock)")
    return bool((await connection.execute(query, {"lock": LOCK})).scalar())
