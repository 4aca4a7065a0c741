"""A stream read from its beginning to where it ended when we began, by NATS' operator; no durable is touched."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

BATCH = 250  # messages
QUIET = 10.0  # seconds without a message that the stream has
FORGOTTEN = 60.0  # seconds, after which the server drops a consumer that nobody uses


class StreamFellSilent(Exception):
    """A stream did not give all that it has."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """`last_sequence` is the stream's own, whatever the filters leave out."""

    client: Client
    name: str
    created_at: datetime
    last_sequence: int
    filters: Sequence[str]

    async def batches(self) -> AsyncGenerator[list[Msg], None]:
        """Its messages in order. Raises StreamFellSilent."""
        jsm = self.client.jsm(timeout=10)
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.ALL,
            inactive_threshold=FORGOTTEN,
            filter_subjects=list(self.filters),
        )
        consumer = await jsm.add_consumer(self.name, config)
        subscription = await self.client.jetstream().pull_subscribe_bind(consumer.name, self.name)
        try:
            left = consumer.num_pending or 0
            while left > 0:
                try:
                    messages = await subscription.fetch(min(BATCH, left), timeout=QUIET)
                except (TimeoutError, nats.errors.TimeoutError):
                    msg = f"{self.name} has {left} messages more and does not give them; run it again"
                    raise StreamFellSilent(msg) from None
                left -= len(messages)
                yield messages
        finally:
            with suppress(nats.errors.Error, TimeoutError):
                await jsm.delete_consumer(self.name, consumer.name)


async def walk(client: Client, stream: str, filters: Sequence[str] = (">",)) -> Stream:
    """Raises nats.js.errors.NotFoundError where there is no such stream."""
    info = await client.jsm(timeout=10).stream_info(stream)
    assert info.created is not None  # for the type checker
    return Stream(
        client=client,
        name=stream,
        created_at=info.created,
        last_sequence=info.state.last_seq,
        filters=filters,
    )
