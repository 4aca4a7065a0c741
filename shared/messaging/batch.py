"""What happens to a batch of messages: facts are written, then acknowledged; what fails is tried again, then parked.

What is delivered for the first time is handled in one transaction, which is about forty times as fast as one each.
Anything delivered before, and everything of a batch whose transaction failed, is taken one by one: among these may be the
message that fails, or that kills the process, and it must not take its neighbours with it each time. Nothing is dropped,
and nothing blocks what stands behind it (docs/adr/0011).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import nats.errors
import structlog
from nats.aio.msg import Msg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import catalogue
from shared.contracts.envelope import Event
from shared.database import Database
from shared.messaging import inbox, parking
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, record
from shared.messaging.in_hand import Taken, digest_of, key_of, read, text_of, unread
from shared.messaging.outages import Outages, Stopping
from shared.points import handling, reached
from shared.transient import is_transient

log = structlog.get_logger()


@dataclass(frozen=True)
class Retries:
    """After how many seconds a failing message is tried again; after the last of these tries it is parked."""

    delays: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0)
    # When more than these wait already, what fails is parked at once: so many fail by one cause, which trying again does not
    # mend. And to the server a message that waits is not acknowledged: at `max_ack_pending` of them it delivers nothing more.
    most_delayed: int = 2_000

    @property
    def attempts(self) -> int:
        return len(self.delays) + 1

    @property
    def counts_as_waiting(self) -> float:
        """Seconds after its last try in which a message that failed counts as waiting for the next.

        A message that never comes again, since its stream was lost, must not count for ever.
        """
        return 2 * max(self.delays) + 60


@dataclass
class Handled:
    """A batch after its handlers ran. Nothing is written yet."""

    fine: list[tuple[Taken, dict[str, list[Fact]]]] = field(default_factory=list)  # facts by handler
    failed: list[tuple[Taken, Exception]] = field(default_factory=list)
    unreadable: list[Taken] = field(default_factory=list)


class Batches:
    """Handles the batches of one service."""

    def __init__(self, consumers: Consumers, database: Database, *, retries: Retries | None = None) -> None:
        self._consumers = consumers
        self._database = database
        self.ack_wait = 5.0  # seconds; the consumers' own, once they are known
        self._retries = retries or Retries()
        self.stopping = asyncio.Event()
        self._outages = Outages(database, self.stopping)
        self.streams_made_at: Mapping[str, datetime] = {}  # once they are known

    async def take(self, messages: Sequence[Msg]) -> None:
        """Handle a batch. What is not acknowledged in the end will be delivered again."""
        try:
            async with self._in_progress(messages):
                first = [read(message) for message in messages if message.metadata.num_delivered == 1]
                again = [unread(message) for message in messages if message.metadata.num_delivered != 1]
                if first and not await self._outages.through(lambda: self._together(first)):
                    again += first
                # A message that kills the process has the most attempts, so its neighbours are done when it is begun.
                for it in await self._outages.through(lambda: self._fewest_attempts_first(again)):
                    await self._outages.through(lambda it=it: self._alone(it))  # type: ignore[misc]
        except Stopping:
            log.info("stopped with messages in hand; they will be delivered again")

    async def replay(self, parked: parking.Parked, *, by: str) -> None:
        """Handle a parked message now. Raises what its handler raises, and Unreadable; then it stays parked."""
        event = catalogue.read(parked.body, parked.subject)
        facts = self._facts(event)
        async with self._database.transaction() as connection:
            await parking.settle(connection, parked.key, parking.REPLAYED, by=by)
            await self._apply(connection, [(event, facts)])
            await inbox.forget_attempts(connection, digest_of(parked.body), parked.key)

    async def take_in(self, connection: AsyncConnection, messages: Sequence[Msg]) -> tuple[list[Event[Any]], int]:
        """Handle messages that are read from a stream and not delivered, in the caller's transaction.

        What fails is parked at once. Returns the events that a handler had not had, and how many were parked.
        """
        handled = self._run_handlers([read(message) for message in messages])
        settled = await parking.parked_or_discarded(connection, [key_of(message.data) for message in messages])
        new = await self._apply(
            connection, [(it.event, facts) for it, facts in handled.fine if it.event and it.key not in settled]
        )
        failed = [it.parked_unread() for it in handled.unreadable]
        for it, raised in handled.failed:
            assert it.event is not None  # for the type checker: a handler has run
            names = [handler.name for handler in self._consumers.handlers(it.event)]
            if not await inbox.has_had(connection, names, it.event.id):
                failed.append(it.parked(raised, 1))
        parked = [it for it in failed if it.key not in settled]
        await parking.park(connection, parked)
        taken = {it.event.id: it.event for it, _ in handled.fine if it.event}
        return [event for id, event in taken.items() if id in new], len(parked)

    async def _together(self, taken: Sequence[Taken]) -> bool:
        """Handle all in one transaction; False where it fails by something other than an outage, and nothing is done."""
        handled = self._run_handlers(taken)
        try:
            async with self._database.transaction() as connection:
                set_aside = await parking.parked_or_discarded(connection, [it.key for it in taken])
                await self._apply(
                    connection,
                    [(it.event, facts) for it, facts in handled.fine if it.event and it.key not in set_aside],
                )
                await parking.park(connection, [it.parked_unread() for it in handled.unreadable])
                failed = [(it, raised) for it, raised in handled.failed if it.key not in set_aside]
                delayed = await self._delay_or_park(connection, failed)
                await self._took(connection, taken)
                reached("batch.before_commit")
        except Exception as error:
            if is_transient(error):
                raise
            log.warning("a batch failed and is taken one by one", size=len(taken), error=text_of(error))
            return False
        reached("batch.committed")
        for it, raised in failed:
            log.warning("an event failed", event_id=it.key, attempt=delayed.get(it.key, 1), error=text_of(raised))
        # After the commit: a crash in between brings the messages again, and the inbox knows them. Acked before it, they
        # would be lost.
        for it in taken:
            await (self._delay(it, delayed[it.key]) if it.key in delayed else _ack(it))
        reached("batch.acked")
        return True

    async def _delay_or_park(
        self, connection: AsyncConnection, failed: Sequence[tuple[Taken, Exception]]
    ) -> dict[str, int]:
        """Count a failure of each; returns how often it has failed, by key. Nothing where they are parked instead."""
        if failed and await self._is_crowded(connection):
            await parking.park(connection, [it.parked(raised, 1) for it, raised in failed])
            return {}
        counted = await inbox.count_attempts(connection, {it.digest: it.place for it, _ in failed}, are_read=True)
        return {it.key: counted[it.digest].tries for it, _ in failed}

    async def _is_crowded(self, connection: AsyncConnection) -> bool:
        return await inbox.delayed(connection, within=self._retries.counts_as_waiting) > self._retries.most_delayed

    async def _alone(self, it: Taken) -> None:
        """Handle one message in a transaction of its own; one that fails is delayed or parked."""
        if not it.is_read and not await self._read(it):
            return
        if it.unreadable is not None:
            await self._park(it, it.parked_unread())
            return
        assert it.event is not None  # for the type checker: it is read or unreadable
        if await self._is_done_with(it, it.event):
            await self._is_settled(it)
            return
        if not await self._is_to_be_tried(it):
            return
        try:
            facts = self._facts(it.event)
            async with self._database.transaction() as connection:
                await self._apply(connection, [(it.event, facts)])
                await inbox.forget_attempts(connection, it.digest, it.key)
                await self._took(connection, [it])
        except Exception as error:
            if is_transient(error):
                raise
            await self._failed(it, error)
        else:
            await _ack(it)

    async def _read(self, it: Taken) -> bool:
        """Read a message, where that may still be tried; False where it is settled instead."""
        async with self._database.reading() as connection:
            is_parked = bool(await parking.parked_or_discarded(connection, [it.digest]))
        if is_parked:  # without having been read: that killed the process each time
            await self._is_settled(it)
            return False
        if not await self._is_to_be_tried(it):
            return False
        it.read()
        if it.attempts > 1:
            async with self._database.transaction() as connection:
                await inbox.was_read(connection, it.digest)
        return True

    async def _is_to_be_tried(self, it: Taken) -> bool:
        """Count an attempt, and commit that before it is made, so that one which kills the process is counted too.

        False where there were as many as there may be: the last of them ended neither way. Then it is parked.
        """
        if not it.counted:
            async with self._database.transaction() as connection:
                counted = await inbox.count_attempts(connection, {it.digest: it.place}, are_read=it.is_read)
            it.attempts, it.was_read = counted[it.digest]
            it.counted = True
            reached("alone.counted")
        if it.attempts > self._retries.attempts:
            if it.was_read and not it.is_read:  # it is parked as the event that it is
                it.read()
            await self._park(it, it.parked(RuntimeError("it never came to an end"), it.attempts - 1))
            return False
        return True

    async def _is_settled(self, it: Taken) -> None:
        """Nothing is left to be done about it."""
        async with self._database.transaction() as connection:
            await inbox.forget_attempts(connection, it.digest, it.key)
            await self._took(connection, [it])
        await _ack(it)

    async def _failed(self, it: Taken, error: Exception) -> None:
        log.warning("an event failed", event_id=it.key, attempt=it.attempts, error=text_of(error))
        async with self._database.reading() as connection:
            is_crowded = await self._is_crowded(connection)
        if is_crowded or it.attempts >= self._retries.attempts:
            await self._park(it, it.parked(error, it.attempts))
        else:
            await self._delay(it, it.attempts)

    async def _park(self, it: Taken, parked: parking.Parked) -> None:
        log.error("a message is parked", event_id=it.key, reason=parked.reason, error=parked.error)
        async with self._database.transaction() as connection:
            await parking.park(connection, [parked])
            await inbox.forget_attempts(connection, it.digest, it.key)
            await self._took(connection, [it])
        await _ack(it)

    async def _took(self, connection: AsyncConnection, taken: Sequence[Taken]) -> None:
        """Before anything is acknowledged, it is written down how far it goes (restored.py).

        What failed is counted too: that it waits is written down beside it.
        """
        furthest = max(it.place for it in taken)
        if furthest.stream in self.streams_made_at:
            made_at = self.streams_made_at[furthest.stream]
            await inbox.took(connection, furthest.stream, made_at, furthest.sequence)

    async def _delay(self, it: Taken, attempts: int) -> None:
        with _lost_is_fine():
            await it.message.nak(delay=self._retries.delays[min(attempts, len(self._retries.delays)) - 1])

    async def _apply(
        self, connection: AsyncConnection, events: Sequence[tuple[Event[Any], dict[str, list[Fact]]]]
    ) -> set[str]:
        """Write the facts of the handlers that have not had their event, and the inbox rows that say that they have now.

        Returns the ids of these events.
        """
        by_entry = {(handler, event.id): facts for event, by_handler in events for handler, facts in by_handler.items()}
        new = await inbox.enter(connection, by_entry)
        await record(connection, [fact for entry, facts in by_entry.items() if entry in new for fact in facts])
        return {id for _, id in new}

    def _run_handlers(self, taken: Sequence[Taken]) -> Handled:
        handled = Handled()
        for it in taken:
            if it.event is None:
                handled.unreadable.append(it)
                continue
            try:
                handled.fine.append((it, self._facts(it.event)))
            except Exception as error:  # noqa: BLE001 - whatever a handler raises, it has touched nothing
                handled.failed.append((it, error))
        return handled

    def _facts(self, event: Event[Any]) -> dict[str, list[Fact]]:
        """What each handler makes of an event, by the handler's name. Raises what a handler raises."""
        handling(event.id)
        return {handler.name: list(handler.run(event)) for handler in self._consumers.handlers(event)}

    async def _is_done_with(self, it: Taken, event: Event[Any]) -> bool:
        """Whether nothing is left to do: the message is parked or discarded, or all handlers have had the event."""
        names = [handler.name for handler in self._consumers.handlers(event)]
        async with self._database.reading() as connection:
            if it.key in await parking.parked_or_discarded(connection, [it.key]):
                return True
            return await inbox.has_had(connection, names, event.id)

    async def _fewest_attempts_first(self, taken: list[Taken]) -> list[Taken]:
        if not taken:
            return []
        async with self._database.reading() as connection:
            attempts = await inbox.attempts(connection, [it.digest for it in taken])
        return sorted(taken, key=lambda it: attempts.get(it.digest, 0))

    @asynccontextmanager
    async def _in_progress(self, messages: Sequence[Msg]) -> AsyncIterator[None]:
        """Have the server wait for the acks of these for as long as the block lasts."""

        async def say_so() -> None:
            while True:
                await asyncio.sleep(self.ack_wait / 3)  # one or two of these may be late
                for message in messages:
                    if not message.is_acked:
                        with _lost_is_fine():
                            await message.in_progress()

        task = asyncio.create_task(say_so())
        try:
            yield
        finally:
            task.cancel()


@contextmanager
def _lost_is_fine() -> Iterator[None]:
    """An ack that is lost brings the message again, and the inbox knows it."""
    try:
        yield
    except nats.errors.Error as error:
        log.info("an ack was lost", error=type(error).__name__)


async def _ack(it: Taken) -> None:
    with _lost_is_fine():
        await it.message.ack()
