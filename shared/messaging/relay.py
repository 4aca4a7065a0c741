"""The relay: sends what stands in the outbox, many at a time, and marks what the stream has acknowledged.

One relay of a service is active at a time: on PostgreSQL the one that holds an advisory lock, on SQLite there is only
one process. Two that overlap for a moment do no harm, since the stream knows a message's id.

Rows are chosen by `published_at IS NULL` and never by a cursor. Positions are given out before the commit: 7 may be
committed after 8, and a cursor that stands at 8 by then would never see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from nats.js.api import Header, PubAck
from nats.js.errors import APIError
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.among import among
from shared.clock import real_now
from shared.database import Database
from shared.ids import new_id
from shared.messaging.outbox import CHANNEL
from shared.messaging.pauses import after, pause
from shared.messaging.tables import outbox
from shared.points import reached
from shared.transient import in_one_line

log = structlog.get_logger()

BATCH = 500  # rows that are sent at a time; a crash may repeat twice as many: those under way, and those before them
ACK_TIME_OUT = 5.0  # seconds; a time-out proves nothing, the retry has the same message id
POLL = 1.0  # seconds
LONGEST_PAUSE = 5.0  # seconds, while nothing is acknowledged
CONTENT_TYPE = "application/cloudevents+json"  # without it a message is read as the binary form of CloudEvents
LOCK = 5_216_040_312  # any number: advisory locks are per database

Unsent = Sequence[Row[Any, Any, Any, Any]]  # position, message id, subject, body


class Relay:
    """`trouble` says why events are not acknowledged, in the server's words, while it is so."""

    def __init__(self, database: Database, stream: str) -> None:
        self._database = database
        self._stream = stream
        self._wake = asyncio.Event()  # there may be something to send
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        self._acknowledged: dict[int, str] = {}  # position and message id of what is to be marked yet
        database.on_commit(self._wake.set)

    def start(self, client: Client) -> asyncio.Task[None]:
        """The task, which should never end by itself."""
        self.use(client)
        self._task = asyncio.create_task(self._run(), name="relay")
        return self._task

    def use(self, client: Client) -> None:
        self._client = client
        self.jetstream = client.jetstream()

    async def stop(self, within: float) -> None:
        """Send what is unsent, if that takes no longer than `within` seconds."""
        self._stopping.set()
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def unsent(self, *, beside: Sequence[Unsent] = ()) -> Unsent:
        """The next rows to be sent, in their order: none that stands among those of `beside`, which are in hand."""
        query = select(outbox.c.position, outbox.c.message_id, outbox.c.subject, outbox.c.body)
        unsent = query.where(outbox.c.published_at.is_(None)).order_by(outbox.c.position).limit(BATCH)
        if in_hand := [row.position for rows in beside for row in rows]:
            # What is committed late, and belongs between them, has its turn with the next look.
            unsent = unsent.where(~outbox.c.position.between(min(in_hand), max(in_hand)))
        async with self._database.reading() as connection:
            return (await connection.execute(unsent)).all()

    async def send(self, rows: Unsent, *, while_: Callable[[], bool] = lambda: True) -> int:
        """Send these rows and what follows them, and mark what the stream has acknowledged; returns how many it has.

        While some are under way, those before them are marked and those after them read, so that the stream does not wait for
        the database. Where one is not acknowledged nothing after it is sent: it comes first again.
        """
        count, before = 0, rows[:0]
        while rows:
            reached("relay.before_publish")
            sent, following = await asyncio.gather(
                self._publish(rows), self._mark_and_look(before, rows), return_exceptions=True
            )
            if isinstance(sent, BaseException):
                raise sent
            self._acknowledged |= sent  # before what the database raised: it is known nowhere else
            if sent:
                reached("relay.published")
            if isinstance(following, BaseException):
                raise following
            count += len(sent)
            if len(sent) < len(rows) or not while_():
                break
            before, rows = rows, following
        await self._mark()
        return count

    async def _mark_and_look(self, before: Unsent, rows: Unsent) -> Unsent:
        """Mark those before these, and return those after them."""
        await self._mark()
        return await self.unsent(beside=(before, rows)) if len(rows) == BATCH else rows[:0]

    async def _mark(self) -> None:
        """Mark what the stream has. It is known here until that is committed, however long the database is away.

        Sent again when the stream has forgotten their message ids, these events would stand there twice.
        """
        if not (sent := dict(self._acknowledged)):
            return
        # By the message's id too: `republish` may have given a row a new one meanwhile, which is still to be sent.
        is_sent = among(outbox.c.position, sent) & among(outbox.c.message_id, sent.values())
        async with self._database.transaction() as connection:
            await connection.execute(update(outbox).where(is_sent).values(published_at=real_now()))
        reached("relay.recorded")
        self._acknowledged.clear()

    async def _publish(self, rows: Unsent) -> dict[int, str]:
        """Position and message id of those that the stream has.

        An ack that says *duplicate* is success too: an earlier try was stored, and only its ack was lost.
        """
        acks: dict[int, asyncio.Future[PubAck]] = {}
        refusal: str | None = None
        for position, message_id, subject, body in rows:
            try:
                acks[position] = await self.jetstream.publish_async(
                    subject, body.encode(), headers=_headers(message_id), stream=self._stream
                )
            except nats.errors.Error as error:
                log.warning("an event was not sent", position=position, error=type(error).__name__)
                refusal = type(error).__name__
                # A new context: the old one counts this message among those whose ack is awaited, for ever.
                self.jetstream = self._client.jetstream()
                if not isinstance(error, nats.errors.MaxPayloadError):
                    break  # nothing else will be sent either
        if acks:
            _, late = await asyncio.wait(acks.values(), timeout=ACK_TIME_OUT)
            for ack in late:
                ack.cancel()
        acked = {it for it, ack in acks.items() if ack.done() and not ack.cancelled() and ack.exception() is None}
        sent = {position: message_id for position, message_id, _, _ in rows if position in acked}
        unsent = [row for row in rows if row[0] not in acked]
        if unsent and refusal is None:
            refusal = await self._ask_why_not(unsent[0])
        self._note(refusal, unsent=len(unsent))
        return sent

    async def _ask_why_not(self, row: Row[Any, Any, Any, Any]) -> str | None:
        """Why an event is not acknowledged, in the server's words; None where it is now.

        nats-py answers a refusal of what is published many at a time with silence.
        """
        _, message_id, subject, body = row
        try:
            await self.jetstream.publish(
                subject, body.encode(), timeout=ACK_TIME_OUT, headers=_headers(message_id), stream=self._stream
            )
        except APIError as error:
            return f"{error.description} ({error.err_code})"
        except (nats.errors.Error, TimeoutError) as error:
            return type(error).__name__
        return None

    def _note(self, refusal: str | None, *, unsent: int) -> None:
        """Say why events are not acknowledged, and that they are again: once, and not with each try."""
        trouble = f"events are not acknowledged and are sent again: {refusal}" if refusal else None
        if trouble is not None and trouble != self.trouble:
            log.warning(trouble, count=unsent)
        elif trouble is None and self.trouble is not None:
            log.info("events are acknowledged again")
        elif unsent:
            log.info("acknowledgements were late, and events are sent again", count=unsent)
        self.trouble = trouble

    async def _run(self) -> None:
        failures, told = 0, ""
        while True:  # once at least: one that is told to stop before it began still sends what is unsent
            self.trouble = None  # which another replica's relay may have now
            try:
                async with self._only_relay() as is_still_the_only_one:
                    while is_still_the_only_one():
                        await self._mark()
                        self._wake.clear()  # before the look: what is committed after it wakes again
                        rows = await self.unsent()
                        told = ""
                        if not rows:
                            if self._stopping.is_set():
                                return
                            await pause(self._wake, POLL)
                        elif self._client.is_connected and await self.send(rows, while_=is_still_the_only_one):
                            failures = 0
                        elif self._stopping.is_set():
                            return  # they are sent after the next start
                        else:
                            failures += 1
                            await pause(self._stopping, after(failures, first=0.2, longest=LONGEST_PAUSE))
            except Exception as error:  # noqa: BLE001 - whatever it was, the rows are still there
                if told != (told := in_one_line(error)):  # once for each reason, and not with each try
                    log.warning("the relay starts again", error=told)
            if self._stopping.is_set():
                return
            failures += 1
            await pause(self._stopping, after(failures, first=POLL, longest=LONGEST_PAUSE))

    @asynccontextmanager
    async def _only_relay(self) -> AsyncIterator[Callable[[], bool]]:
        """Wait until no other replica relays, and keep others out. Yields a function that says whether that is still so."""
        if self._database.is_sqlite:
            yield lambda: True
            return
        is_held = False

        def lose(*_: object) -> None:
            nonlocal is_held
            is_held = False
            self._wake.set()

        # The lock belongs to a connection, so it has one of its own, which stays open and in no transaction.
        engine = create_async_engine(
            self._database.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=self._database.connect_arguments(),
        )
        try:
            async with engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                driver.add_termination_listener(lose)
                while not (is_held := await try_lock(connection)) and not self._stopping.is_set():
                    await pause(self._stopping, POLL)
                if is_held:
                    await driver.add_listener(CHANNEL, lambda *_: self._wake.set())
                yield lambda: is_held
        finally:
            await engine.dispose()


def _headers(message_id: str) -> dict[str, Any]:
    return {Header.MSG_ID.value: message_id, "Content-Type": CONTENT_TYPE}


async def count_unsent(database: Database) -> int:
    """How many events are not acknowledged by the stream yet."""
    return (await count_unsent_and_oldest(database))[0]


async def count_unsent_and_oldest(database: Database) -> tuple[int, datetime | None]:
    """How many events are not acknowledged by the stream yet, and when the oldest of them was added, in real time."""
    query = select(func.count(), func.min(outbox.c.added_at)).where(outbox.c.published_at.is_(None))
    async with database.reading() as connection:
        count, oldest = (await connection.execute(query)).one()
        return count, oldest


async def republish(database: Database, types: Sequence[str] | None = None) -> int:
    """Have all events, or those of some types, sent again under new message ids; returns how many.

    Under the old message ids the stream would drop them as duplicates. The events' own ids stay, so that only handlers that
    have not had one will take it.
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


async def try_lock(connection: AsyncConnection) -> bool:
    query = text("SELECT pg_try_advisory_lock(:lock)")
    return bool((await connection.execute(query, {"lock": LOCK})).scalar())
