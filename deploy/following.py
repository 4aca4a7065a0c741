"""The streams as people watch them: what is there in the order in which it was told, over all streams, then what comes.

Each stream is read through a consumer of its own that keeps nothing and that nobody else has. It is taken away at the end; where
we are killed the server forgets it within a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.manager import JetStreamManager

from shared.messaging.streams import Durable
from shared.messaging.walk import BATCH, FORGOTTEN, QUIET, StreamFellSilent

WAITS = 20.0  # seconds for a message, then it is asked for anew; less than FORGOTTEN
PAUSE = 0.25  # seconds


@dataclass(frozen=True)
class _Reader:
    stream: str
    consumer: str
    there: int  # messages, when we began
    subscription: JetStreamContext.PullSubscription


async def follow(client: Client, wanted: Sequence[Durable], show: Callable[[Msg], None], *, wait: bool) -> None:
    """Show what is `wanted`: of each stream what passes its filters, since its moment, or else what is told from now on.

    Never ends by itself where it is to `wait` for more. Raises StreamFellSilent, nats.errors.Error, and what `show` raises.
    """
    jsm = client.jsm(timeout=10)
    readers: list[_Reader] = []
    coming: list[asyncio.Task[None]] = []
    try:
        for it in wanted:
            readers.append(await _open(client, jsm, it))  # noqa: PERF401 - where one fails those before it are there
        async for message in _in_order(readers):
            show(message)
        if wait:
            coming = [asyncio.create_task(_what_comes(client, jsm, it, show)) for it in readers]
            await asyncio.gather(*coming)
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        for reader in readers:
            with suppress(nats.errors.Error, TimeoutError):
                await jsm.delete_consumer(reader.stream, reader.consumer)


async def _open(client: Client, jsm: JetStreamManager, wanted: Durable) -> _Reader:
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE,  # in order, each once, as long as the connection lasts
        deliver_policy=DeliverPolicy.BY_START_TIME if wanted.since else DeliverPolicy.NEW,
        opt_start_time=wanted.since,
        filter_subjects=list(wanted.filters),
        inactive_threshold=FORGOTTEN,
        mem_storage=True,
    )
    made = await jsm.add_consumer(wanted.stream, config)
    subscription = await client.jetstream().pull_subscribe_bind(made.name, wanted.stream)
    return _Reader(wanted.stream, made.name, made.num_pending or 0, subscription)


async def _in_order(readers: Sequence[_Reader]) -> AsyncIterator[Msg]:
    """What was there when we began, by the moment at which the streams took it."""
    found = [_what_is_there(it) for it in readers]
    first = [await anext(it, None) for it in found]
    while heads := [(message.metadata.timestamp, n) for n, message in enumerate(first) if message is not None]:
        _, n = min(heads)
        message = first[n]
        assert message is not None  # for the type checker
        yield message
        first[n] = await anext(found[n], None)


async def _what_is_there(reader: _Reader) -> AsyncIterator[Msg]:
    left = reader.there
    while left > 0:
        try:
            messages = await reader.subscription.fetch(min(BATCH, left), timeout=QUIET)
        except (TimeoutError, nats.errors.TimeoutError):
            msg = f"{reader.stream} has {left} messages more and does not give them; run it again"
            raise StreamFellSilent(msg) from None
        left -= len(messages)
        for it in messages:
            yield it


async def _what_comes(client: Client, jsm: JetStreamManager, reader: _Reader, show: Callable[[Msg], None]) -> None:
    while True:
        asked_at = monotonic()
        try:
            (message,) = await reader.subscription.fetch(1, timeout=WAITS)
        except (TimeoutError, nats.errors.TimeoutError):
            if not client.is_connected:
                raise nats.errors.ConnectionClosedError from None
            if monotonic() - asked_at < PAUSE:  # a consumer that is gone answers at once, over and over
                await jsm.consumer_info(reader.stream, reader.consumer)
                await asyncio.sleep(PAUSE)
        else:
            show(message)
