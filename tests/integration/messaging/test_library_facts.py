"""What our libraries do that shaped the kernel. Each of these fails when a library has changed its ways."""

from __future__ import annotations

import asyncio
from typing import Any

import nats.errors
import pytest
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database
from shared.messaging.pull import PAUSE, steady
from tests.support.nats import NatsServer
from tests.support.waiting import eventually

STREAM, SUBJECT, DURABLE = "FACTS", "facts.one", "facts"


async def stream(client: Any, **durable: Any) -> None:
    await client.jetstream().add_stream(
        StreamConfig(name=STREAM, subjects=["facts.>"], storage=StorageType.FILE, retention=RetentionPolicy.LIMITS)
    )
    config = ConsumerConfig(durable_name=DURABLE, ack_wait=1.0, **durable)
    await client.jsm().add_consumer(STREAM, config)


def batches(broker: NatsBroker, **options: Any) -> Any:
    return broker.subscriber(
        config=ConsumerConfig(filter_subjects=["facts.>"]),
        stream=JStream(STREAM, declare=False),
        durable=DURABLE,
        pull_sub=PullSub(batch_size=50, timeout=0.3, batch=True),
        no_reply=True,
        **options,
    )


async def test_faststream_loses_a_batch_at_an_exception_unless_acks_are_left_to_us(plain_nats: NatsServer) -> None:
    """Fact 1: the default is REJECT_ON_ERROR, and reject is term()."""
    broker = NatsBroker(plain_nats.url, logger=None)
    calls = 0
    subscriber = batches(broker)

    async def raises(_: list[Any]) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError

    subscriber(raises)

    client = await broker.connect()
    await stream(client)
    await broker.start()
    await client.jetstream().publish(SUBJECT, b"1")
    await eventually(lambda: calls, equals=1, within=5)
    await asyncio.sleep(2)  # twice the ack_wait
    info = await client.jsm().consumer_info(STREAM, DURABLE)
    assert (calls, info.num_pending, info.num_ack_pending) == (1, 0, 0)  # gone, and never handled
    await broker.stop()


async def test_a_deleted_consumer_is_silent_and_our_loop_does_not_spin(plain_nats: NatsServer) -> None:
    """Fact 3."""
    broker = NatsBroker(plain_nats.url, logger=None)
    subscriber = batches(broker, ack_policy=AckPolicy.MANUAL)
    steady(subscriber)
    subscriber(lambda _: None)
    client = await broker.connect()
    await stream(client)
    await broker.start()
    fetches = 0
    fetch = subscriber.subscription.fetch

    async def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal fetches
        fetches += 1
        return await fetch(*args, **kwargs)

    subscriber.subscription.fetch = counted
    await client.jsm().delete_consumer(STREAM, DURABLE)
    await asyncio.sleep(1.5)
    assert subscriber.running
    assert fetches <= 3 + 1.5 / PAUSE
    with pytest.raises(NotFoundError):
        await client.jsm().consumer_info(STREAM, DURABLE)
    await broker.stop()


@pytest.mark.parametrize("ours", [False, True])
async def test_the_stock_fetch_loop_forgets_what_it_collected_and_ours_does_not(
    plain_nats: NatsServer, *, ours: bool
) -> None:
    """Fact 4 (ag2ai/faststream#2219): it catches only the subclass of `asyncio.TimeoutError`."""
    broker = NatsBroker(plain_nats.url, logger=None)
    subscriber = batches(broker, ack_policy=AckPolicy.MANUAL, decoder=_raw)
    if ours:
        steady(subscriber)
    deliveries: list[int] = []

    async def take(messages: list[Any]) -> None:
        for message in messages:
            deliveries.append(message.metadata.num_delivered)
            await message.ack()

    subscriber(take)
    client = await broker.connect()
    await stream(client)
    await broker.start()
    fetch, collected, raised = subscriber.subscription.fetch, False, False

    async def times_out_after_the_first(*args: Any, **kwargs: Any) -> Any:
        """As nats-py does when the deadline passes between its check and its wait."""
        nonlocal collected, raised
        if collected and not raised:
            raised = True
            raise TimeoutError
        messages = await fetch(*args, **kwargs)
        collected = True
        return messages

    subscriber.subscription.fetch = times_out_after_the_first
    await asyncio.sleep(0.5)  # the fetch that was under way before is over
    await client.jetstream().publish(SUBJECT, b"1")
    await eventually(lambda: len(deliveries), equals=1, within=10)
    # Forgotten, it comes back after the ack_wait as a redelivery. When the stock loop gives [1], `pull.py` can go.
    assert deliveries == ([1] if ours else [2])
    await broker.stop()


async def test_a_pull_subscriber_needs_the_inbox_prefix_itself(plain_nats: NatsServer) -> None:
    """Fact 6: it does not inherit the broker's."""
    broker = NatsBroker(plain_nats.url, logger=None, inbox_prefix="_INBOX_facts")
    subscriber = batches(broker)
    assert subscriber.extra_options["inbox_prefix"] != b"_INBOX_facts."
    given = NatsBroker(plain_nats.url, logger=None)
    assert batches(given, inbox_prefix=b"_INBOX_facts.").extra_options["inbox_prefix"] == b"_INBOX_facts."


async def test_nobody_there_is_an_error_at_once(plain_nats: NatsServer) -> None:
    """Fact 8."""
    async with NatsBroker(plain_nats.url, logger=None) as broker:
        async with asyncio.timeout(1):
            with pytest.raises(nats.errors.NoRespondersError):
                await broker.request(b"?", "rpc.nobody.anything", timeout=5)


async def test_a_message_id_is_known_again_by_the_stream(plain_nats: NatsServer) -> None:
    async with NatsBroker(plain_nats.url, logger=None) as broker:
        client = await broker.connect()
        await stream(client)
        first, second = [
            await client.jetstream().publish(SUBJECT, b"1", headers={"Nats-Msg-Id": "the same"}) for _ in range(2)
        ]
        assert (bool(first.duplicate), second.duplicate, second.seq) == (False, True, first.seq)


async def test_sqlite_loses_updates_unless_the_transaction_begins_at_once(tmp_path: Any) -> None:
    """Fact 16: sqlite3 begins a transaction only at the first write."""

    async def raise_ten_times(engine_of: Any, begin: Any) -> int:
        async with begin() as connection:
            await connection.execute(text("CREATE TABLE n (n INTEGER)"))
            await connection.execute(text("INSERT INTO n VALUES (0)"))

        async def raise_once() -> None:
            async with begin() as connection:
                (n,) = (await connection.execute(text("SELECT n FROM n"))).one()
                await asyncio.sleep(0.002)
                await connection.execute(text("UPDATE n SET n = :n"), {"n": n + 1})

        await asyncio.gather(*(raise_once() for _ in range(10)), return_exceptions=True)
        async with begin() as connection:
            n: int = (await connection.execute(text("SELECT n FROM n"))).scalar_one()
        await engine_of.dispose()
        return n

    stock = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/stock.db")
    assert await raise_ten_times(stock, stock.begin) < 10
    ours = Database(f"sqlite+aiosqlite:///{tmp_path}/ours.db")
    assert await raise_ten_times(ours.writer, ours.transaction) == 10
    await ours.close()


async def _raw(message: Any) -> Any:
    return message.raw_message
