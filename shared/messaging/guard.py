"""Asks whether the service's database is older than what was told: at the start, after a lost connection, once a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from nats.js.manager import JetStreamManager
from pydantic import BaseModel, ValidationError
from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import real_now
from shared.contracts.catalogue import stream_of
from shared.database import Database, insert
from shared.messaging import inbox
from shared.messaging.consume import Consumers
from shared.messaging.in_hand import digest_of, key_of
from shared.messaging.pauses import pause
from shared.messaging.restored import Consumed, Missing, Own, Sent, StreamEvent, TakenIn, Verdict, judge
from shared.messaging.tables import TYPE_LENGTH, attempt, disowned, outbox, parked_message, recovery, taken_in
from shared.messaging.tables import inbox as inbox_table

log = structlog.get_logger()

EVERY = 60.0  # seconds
AGAIN = 2.0  # seconds, while something is wrong or not known
TIME_OUT = 2.0  # seconds, for the server to answer
MOST = 10_000  # acknowledged events that are looked for one by one until it is written down how far that was
# What hinders an answer, and says nothing about the database's age.
UNKNOWN = (TimeoutError, nats.errors.Error, SQLAlchemyError, OSError)


class Guard:
    """What it found last: `older` are events that the database should know and does not; `lost` is what its stream lacks."""

    def __init__(self, database: Database, consumers: Consumers) -> None:
        self.older: tuple[Missing, ...] = ()
        self.why_older: str | None = None  # for people; a database that is recovered by half is older too
        self.lost: str | None = None
        self.made_at: dict[str, datetime] = {}  # each stream that is consumed
        self._database = database
        self._consumers = consumers
        self._wanted = asyncio.Event()
        self._is_stopping = False
        database.on_doubt(self._wanted.set)

    def look_soon(self) -> None:
        """NATS was away: it may have come back as another."""
        self._wanted.set()

    def stop(self) -> None:
        """Besides cancelling it: nats-py swallows a cancellation that comes while it sends."""
        self._is_stopping = True

    async def look(self, client: Client) -> bool:
        """Whether the database is older. One that is not is trusted from now on. Raises one of UNKNOWN."""
        self._wanted.clear()
        identity = await self._database.identity()
        with self._database.looking_at(identity):
            look = _Look(client.jsm(timeout=TIME_OUT), self._database, self._consumers)
            is_all = False
            while not is_all:
                verdict, consumed = await look.all_of_it()
                if verdict.why_not:
                    break
                self.made_at.update({it.stream: it.made_at for it in consumed})
                await self._account_for(consumed)
                is_all = all(it.seen is None for it in consumed)
        if not verdict.why_not:
            self._database.trust(identity)
        if verdict.lost and verdict.lost != self.lost:
            log.warning("the own stream lacks events", reason=verdict.lost)
        self.older, self.why_older, self.lost = verdict.older, verdict.why_not, verdict.lost
        return self.why_older is not None

    async def run(self, client: Client, fail: Callable[[str], None]) -> None:
        """Until the database is found to be older."""
        while not self._is_stopping:
            is_known = True
            try:
                if await self.look(client):
                    self._database.refuse()
                    fail(f"the database is older than what was told: {self.why_older}")
                    return
            except UNKNOWN as error:
                is_known = False
                log.info("whether the database is older is not known", error=f"{type(error).__name__}: {error}"[:300])
            if is_known and self.lost is None:
                await pause(self._wanted, EVERY)
            else:
                await asyncio.sleep(AGAIN)

    async def _account_for(self, consumed: Collection[Consumed]) -> None:
        """What was acknowledged and does not concern this service is taken in too."""
        behind = [it for it in consumed if it.taken_in is None or it.unaccounted]
        if behind:
            async with self._database.transaction(wakes=False) as connection:
                for it in behind:
                    await inbox.took(connection, it.stream, it.made_at, it.accounted)


async def disown(connection: AsyncConnection, event_id: str, *, by: str) -> None:
    """Have this event known to be none of this service's, whoever put it into its stream."""
    row = {"event_id": event_id, "by": by, "at": real_now()}
    await connection.execute(insert(connection, disowned).on_conflict_do_nothing(), row)


class _Typed(BaseModel):
    type: str


def event_in(message: RawStreamMsg, stream: str) -> StreamEvent:
    """What a message of a stream holds, whoever put it there."""
    body = message.data or b""
    try:
        type = _Typed.model_validate_json(body).type[:TYPE_LENGTH]
    except ValidationError:
        type = "something that cannot be read"
    return StreamEvent(stream=stream, sequence=message.seq or 0, id=key_of(body), digest=digest_of(body), type=type)


@dataclass(frozen=True)
class _Look:
    """One look at everything, in an order in which what happens meanwhile does no harm."""

    jsm: JetStreamManager
    database: Database
    consumers: Consumers

    async def all_of_it(self) -> tuple[Verdict, list[Consumed]]:
        async with self.database.reading() as connection:
            not_ours = frozenset((await connection.execute(select(disowned.c.event_id))).scalars())
        own = await self._own_stream(not_ours)
        acknowledged = [await self._acknowledged(publisher) for publisher in self.consumers.filters()]
        async with self.database.reading() as connection:
            own, subject = await self._outbox_of(connection, own)
            consumed = await self._taken_in(connection, [it for it in acknowledged if it])
            began_at = (await connection.execute(select(recovery.c.began_at))).scalar()
        own = await self._last_on(subject, own)
        consumed = [await self._what_is_missing(it, not_ours) for it in consumed]
        return judge(own, consumed, now=real_now(), recovery=began_at), consumed

    async def _own_stream(self, not_ours: Collection[str]) -> Own:
        stream = stream_of(self.consumers.service)
        try:
            made_at = (await self.jsm.stream_info(stream)).created
        except NotFoundError:
            return Own(stream=stream, made_at=None)
        subject = f"kulturskole.{self.consumers.service}.>"
        newest = await self._message(stream, subject=subject)
        if newest is not None and newest.id in not_ours:
            newest = await self._newest(stream, subject, until=newest.sequence - 1, not_ours=not_ours)
        return Own(stream=stream, made_at=made_at, newest=newest)

    async def _acknowledged(self, publisher: str) -> Consumed | None:
        """None where the stream or the durable is missing: nobody has acknowledged anything of it."""
        stream = stream_of(publisher)
        try:
            info = await self.jsm.consumer_info(stream, self.consumers.service)
            made_at = (await self.jsm.stream_info(stream)).created
        except NotFoundError:
            return None
        assert made_at is not None  # for the type checker: the server always says so
        floor = info.ack_floor.stream_seq if info.ack_floor else 0
        # Those that the durable has now: what another version of this service asks for was not delivered before.
        filters = tuple(info.config.filter_subjects or filter(None, [info.config.filter_subject]))
        return Consumed(stream=stream, made_at=made_at, filters=filters, acknowledged=floor)

    async def _outbox_of(self, connection: AsyncConnection, own: Own) -> tuple[Own, str]:
        """With what the outbox has; and the subject of what it sent last."""
        is_known = own.newest is not None and await _is_any(
            connection, select(outbox.c.event_id).where(outbox.c.event_id == own.newest.id)
        )
        sent = select(outbox.c.event_id, outbox.c.type, outbox.c.subject, outbox.c.published_at).where(
            outbox.c.published_at.is_not(None)
        )
        oldest = (await connection.execute(sent.order_by(outbox.c.position).limit(1))).first()
        newest = (await connection.execute(sent.order_by(outbox.c.position.desc()).limit(1))).first()
        own = replace(own, is_known=is_known, oldest_sent_at=oldest and oldest.published_at)
        if newest is None:
            return own, ""
        last = Sent(event_id=newest.event_id, type=newest.type, published_at=newest.published_at)
        return replace(own, newest_sent=last), newest.subject

    async def _last_on(self, subject: str, own: Own) -> Own:
        if not subject or own.made_at is None:
            return own
        last = await self._message(own.stream, subject=subject)
        if last is None:
            return own
        query = select(outbox.c.published_at).where(outbox.c.event_id == last.id)
        async with self.database.reading() as connection:
            sent_at = (await connection.execute(query)).scalar()
        return replace(own, last_on_its_subject=last.id, last_was_sent_at=sent_at)

    async def _taken_in(self, connection: AsyncConnection, acknowledged: Collection[Consumed]) -> list[Consumed]:
        rows = await connection.execute(select(taken_in))
        known = {row.stream: TakenIn(made_at=row.created_at, sequence=row.sequence) for row in rows}
        return [
            replace(it, taken_in=known.get(it.stream), waiting=await _waiting(connection, it)) for it in acknowledged
        ]

    async def _what_is_missing(self, it: Consumed, not_ours: Collection[str]) -> Consumed:
        """With an event that was acknowledged and that the database does not have."""
        for sequence, digest in it.waiting:
            event = await self._message(it.stream, subject=">", after=sequence - 1)
            # Where another stands in its place, the stream was made anew since, and it is sent again there, if at all.
            if event is None or (event.sequence, event.digest) != (sequence, digest) or event.id in not_ours:
                continue
            if not await self._has_had(event):
                return replace(it, missing=event)
        if it.unaccounted is None:
            return it
        if it.taken_in is None:
            return replace(it, missing=await self._newest_that_is_missing(it, not_ours))
        after, until = it.unaccounted
        following = {subject: await self._message(it.stream, subject=subject, after=after) for subject in it.filters}
        for _ in range(MOST):
            event = min((each for each in following.values() if each), key=lambda each: each.sequence, default=None)
            if event is None or event.sequence > until:
                return it
            if event.id not in not_ours and not await self._has_had(event):
                return replace(it, missing=event)
            after = event.sequence
            for subject in [subject for subject, each in following.items() if each and each.sequence == after]:
                following[subject] = await self._message(it.stream, subject=subject, after=after)
        return replace(it, seen=after)

    async def _newest_that_is_missing(self, it: Consumed, not_ours: Collection[str]) -> StreamEvent | None:
        """In a database that has not written down how far the stream was taken in: by the newest event of each kind.

        Not by all of them: how versions before dealt with kinds that were new to them is not known.
        """
        for subject in it.filters:
            newest = await self._newest(it.stream, subject, until=it.acknowledged, not_ours=not_ours)
            if newest is not None and not await self._has_had(newest):
                return newest
        return None

    async def _has_had(self, event: StreamEvent) -> bool:
        """Whether the inbox, or what is parked, has it."""
        handler = inbox_table.c.handler.in_(self.consumers.handler_names())
        async with self.database.reading() as connection:
            return await _is_any(
                connection, select(inbox_table.c.event_id).where(handler, inbox_table.c.event_id == event.id)
            ) or await _is_any(
                connection, select(parked_message.c.key).where(parked_message.c.key.in_((event.id, event.digest)))
            )

    async def _newest(self, stream: str, subject: str, *, until: int, not_ours: Collection[str]) -> StreamEvent | None:
        """The last on a subject up to a sequence that nobody disowned."""
        found = await self._last_until(stream, subject, until)
        while found is not None and found.id in not_ours:
            found = await self._last_until(stream, subject, found.sequence - 1)
        return found

    async def _last_until(self, stream: str, subject: str, until: int) -> StreamEvent | None:
        """The server only gives the first after a sequence, so it is looked for by halves. Others' and deleted ones don't count."""
        found, after = None, 0
        while after < until:
            middle = (after + until) // 2
            event = await self._message(stream, subject=subject, after=middle)
            if event is None or event.sequence > until:
                until = middle
            else:
                found, after = event, event.sequence
        return found

    async def _message(self, stream: str, *, subject: str, after: int | None = None) -> StreamEvent | None:
        """The last on a subject, or the first on it after a sequence."""
        try:
            if after is None:
                message = await self.jsm.get_msg(stream, subject=subject)
            else:
                message = await self.jsm.get_msg(stream, after + 1, subject, next=True)
        except NotFoundError:
            return None
        return event_in(message, stream)


async def _waiting(connection: AsyncConnection, it: Consumed) -> tuple[tuple[int, str], ...]:
    is_one = (attempt.c.stream == it.stream) & (attempt.c.sequence <= it.acknowledged)
    rows = await connection.execute(select(attempt).where(is_one).order_by(attempt.c.sequence))
    return tuple((row.sequence, row.key) for row in rows)


async def _is_any(connection: AsyncConnection, query: Select[Any]) -> bool:
    return (await connection.execute(query.limit(1))).first() is not None
