"""How a service consumes: handlers by kind of event, and the one helper that registers them with the broker.

A handler is a pure function from an event to facts. It touches nothing; the kernel writes its facts (`batch.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from sqlalchemy import Table

from shared.contracts.catalogue import stream_of
from shared.contracts.envelope import E, Event, EventType
from shared.messaging.broker import inbox_prefix
from shared.messaging.facts import Fact, Newest
from shared.messaging.pull import steady

BATCH = 256  # messages a transaction

Handler = Callable[[Event[E]], Iterable[Fact]]


@dataclass(frozen=True)
class Registered:
    name: str  # the inbox remembers by it what the handler has had
    run: Callable[[Event[Any]], Iterable[Fact]]


class Projection(NamedTuple):
    """A table in which a service keeps what others told it: one row an entity, at its newest version."""

    name: str
    handler: str
    publisher: str
    table: Table


class Consumers:
    """What one service consumes."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._handlers: dict[str, list[Registered]] = defaultdict(list)
        self._kinds: dict[str, EventType[Any]] = {}

    def on(self, *kinds: EventType[E]) -> Callable[[Handler[E]], Handler[E]]:
        """Have a handler translate these kinds of events.

        The inbox knows a handler by its function's name. One that is renamed is new to it: events that are sent again reach
        it even if it had them under the old name.
        """

        def register(handler: Handler[E]) -> Handler[E]:
            name = getattr(handler, "__name__", "")
            for kind in kinds:
                if any(other.name == name for other in self._handlers[kind.type]):
                    msg = f"{kind.type} has a handler named {name} already"
                    raise ValueError(msg)
                self._kinds[kind.type] = kind
                self._handlers[kind.type].append(Registered(name, handler))
            return handler

        return register

    def handlers(self, event: Event[Any]) -> list[Registered]:
        return self._handlers.get(event.type, [])

    def handler_names(self) -> set[str]:
        """Under which the inbox has what was consumed."""
        return {handler.name for handlers in self._handlers.values() for handler in handlers}

    def projections(self) -> list[Projection]:
        """In order. What handlers make of an example of each kind of event tells which they are."""
        return sorted(
            {
                Projection(fact.table.name, handler.name, kind.publisher, fact.table)
                for kind in self._kinds.values()
                for handler in self._handlers[kind.type]
                for fact in handler.run(kind.example())
                if isinstance(fact, Newest)
            },
            key=lambda it: it[:3],
        )

    def only(self, names: Collection[str]) -> Consumers:
        """The same service with these of its handlers alone."""
        found = Consumers(self.service)
        for type_, handlers in self._handlers.items():
            if kept := [it for it in handlers if it.name in names]:
                found._handlers[type_], found._kinds[type_] = kept, self._kinds[type_]
        return found

    def filters(self) -> dict[str, list[str]]:
        """By publisher, the subjects that are consumed."""
        found: dict[str, set[str]] = defaultdict(set)
        for kind in self._kinds.values():
            found[kind.publisher].add(kind.filter)
        return {publisher: sorted(filters) for publisher, filters in sorted(found.items())}


def register(broker: NatsBroker, consumers: Consumers, take: Callable[[list[Msg]], Awaitable[None]]) -> None:
    """Register a durable for each stream that is consumed. There is no other way to consume, and a test sees to it.

    Everything is left to `take`: the acks, the decoding, the failures. FastStream's defaults would lose a whole batch
    at one exception (`REJECT_ON_ERROR` is `term()`), and publish an answer wherever a message's reply address says.
    """
    for publisher, filters in consumers.filters().items():
        subscriber = broker.subscriber(
            config=ConsumerConfig(filter_subjects=filters),  # as provisioned; nothing is made or changed here
            stream=JStream(stream_of(publisher), declare=False),
            durable=consumers.service,
            pull_sub=PullSub(batch_size=BATCH, timeout=1.0, batch=True),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            decoder=_raw,
            inbox_prefix=f"{inbox_prefix(consumers.service)}.".encode(),
            title=f"{consumers.service} on {publisher}",
        )
        steady(subscriber)
        subscriber(take)


async def _raw(message: Any) -> list[Msg]:
    """A decoder that decodes nothing: FastStream would give up the whole batch for one body that it cannot decode."""
    return message.raw_message  # type: ignore[no-any-return]
