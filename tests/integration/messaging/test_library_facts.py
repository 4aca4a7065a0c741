"""What our libraries do that shaped the kernel. Each of these fails when a library has changed its ways."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import nats as nats_py
import nats.errors
import pytest
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database
from shared.messaging.broker import flush
from shared.messaging.pull import PAUSE, steady
from tests.support.databases import MakeDatabase
from tests.support.nats import NatsServer
from tests.support.processes import HOST
from tests.support.smtp import MailServer
from tests.support.waiting import PATIENCE, eventually, patiently

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


def counting(subscriber: Any) -> Callable[[], int]:
    """How often a subscriber has fetched since."""
    fetches = 0
    fetch = subscriber.subscription.fetch

    async def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal fetches
        fetches += 1
        return await fetch(*args, **kwargs)

    subscriber.subscription.fetch = counted
    return lambda: fetches


async def delivered(client: Any) -> int:
    return int((await client.jsm().consumer_info(STREAM, DURABLE)).num_ack_pending)


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
    await eventually(lambda: calls, equals=1)
    await asyncio.sleep(2)  # twice the ack_wait
    info = await client.jsm().consumer_info(STREAM, DURABLE)
    assert (calls, info.num_pending, info.num_ack_pending) == (1, 0, 0)  # gone, and never handled
    await broker.stop()


async def test_a_connection_that_is_given_up_leaves_our_loop_calm(plain_nats: NatsServer) -> None:
    """Fact 2: the stock loop then spins without yielding, and nothing else in the process lives."""
    closed = asyncio.Event()

    async def is_closed() -> None:
        closed.set()

    broker = NatsBroker(
        plain_nats.url, logger=None, max_reconnect_attempts=1, reconnect_time_wait=0, closed_cb=is_closed
    )
    subscriber = batches(broker, ack_policy=AckPolicy.MANUAL)
    steady(subscriber)
    subscriber(lambda _: None)
    await stream(await broker.connect())
    await broker.start()
    plain_nats.kill()
    async with patiently():
        await closed.wait()
    fetches = counting(subscriber)
    await asyncio.sleep(1)
    assert subscriber.running
    assert fetches() <= 1 + 1 / PAUSE
    with pytest.raises(ExceptionGroup, match="stop subscribers"):
        await broker.stop()


async def test_one_body_that_cannot_be_decoded_keeps_a_batch_from_its_handler_unless_bodies_are_left_to_us(
    plain_nats: NatsServer,
) -> None:
    """Fact 5: and what is handed on then is a plain list of nats-py's messages."""
    broker = NatsBroker(plain_nats.url, logger=None)
    called: list[Any] = []
    subscriber = batches(broker, ack_policy=AckPolicy.MANUAL)

    async def decoded(bodies: list[dict[str, int]]) -> None:
        called.append(bodies)

    subscriber(decoded)
    client = await broker.connect()
    await stream(client)
    await broker.start()
    for body in (b'{"n": 1}', b"\xff no json", b'{"n": 2}'):
        await client.jetstream().publish(SUBJECT, body)
    await eventually(lambda: delivered(client), equals=3)
    await broker.stop()
    assert called == []

    broker = NatsBroker(plain_nats.url, logger=None)
    subscriber = batches(broker, ack_policy=AckPolicy.MANUAL, decoder=_raw)
    steady(subscriber)

    async def raw(messages: list[Any]) -> None:
        called.extend(messages)

    subscriber(raw)
    await broker.start()
    await eventually(lambda: len(called) >= 3)
    assert {message.data for message in called} == {b'{"n": 1}', b"\xff no json", b'{"n": 2}'}
    assert all(message.metadata.num_delivered > 1 for message in called)
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
    fetches = counting(subscriber)
    await client.jsm().delete_consumer(STREAM, DURABLE)
    await asyncio.sleep(1.5)
    assert subscriber.running
    assert fetches() <= 3 + 1.5 / PAUSE
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
    fetch, asked, collected, raised = subscriber.subscription.fetch, False, False, False

    async def times_out_after_the_first(*args: Any, **kwargs: Any) -> Any:
        """As nats-py does when the deadline passes between its check and its wait."""
        nonlocal asked, collected, raised
        asked = True
        if collected and not raised:
            raised = True
            raise TimeoutError
        messages = await fetch(*args, **kwargs)
        collected = True
        return messages

    subscriber.subscription.fetch = times_out_after_the_first
    await eventually(lambda: asked)  # the fetch that was under way before is over
    await client.jetstream().publish(SUBJECT, b"1")
    await eventually(lambda: len(deliveries), equals=1)
    # Forgotten, it comes back after the ack_wait as a redelivery. When the stock loop gives [1], `pull.py` can go.
    assert (deliveries[0] == 1) is ours  # more than twice where the machine is busy
    await broker.stop()


async def test_a_pull_subscriber_needs_the_inbox_prefix_itself(plain_nats: NatsServer) -> None:
    """Fact 6: it does not inherit the broker's."""
    broker = NatsBroker(plain_nats.url, logger=None, inbox_prefix="_INBOX_facts")
    subscriber = batches(broker)
    assert subscriber.extra_options["inbox_prefix"] != b"_INBOX_facts."
    given = NatsBroker(plain_nats.url, logger=None)
    assert batches(given, inbox_prefix=b"_INBOX_facts.").extra_options["inbox_prefix"] == b"_INBOX_facts."


async def test_faststream_does_not_wait_for_an_ack_unless_a_stream_is_named(plain_nats: NatsServer) -> None:
    """Fact 7: so the relay asks JetStream itself."""
    async with NatsBroker(plain_nats.url, logger=None) as broker:
        await broker.publish(b"1", "no.stream.has.this")  # nobody keeps it, and nothing is said
        with pytest.raises(nats.errors.Error):
            await broker.publish(b"1", "no.stream.has.this", stream="FACTS")


async def test_nobody_there_is_an_error_at_once(plain_nats: NatsServer) -> None:
    """Fact 8."""
    async with NatsBroker(plain_nats.url, logger=None) as broker, patiently():
        with pytest.raises(nats.errors.NoRespondersError):
            await broker.request(b"?", "rpc.nobody.anything", timeout=PATIENCE)


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


async def test_postgresql_runs_at_read_committed(postgres_database: MakeDatabase) -> None:
    """Fact 12: under REPEATABLE READ the snapshot may be older than the lock, and invoices were lost.

    Who only reads has one look at all of it instead, and cannot write by mistake.
    """
    database = await postgres_database()
    async with database.transaction() as connection:
        assert (await connection.execute(text("SHOW transaction_isolation"))).scalar() == "read committed"
    async with database.reading() as connection:
        assert (await connection.execute(text("SHOW transaction_isolation"))).scalar() == "repeatable read"
        assert (await connection.execute(text("SHOW transaction_read_only"))).scalar() == "on"
    async with database.transaction() as connection:  # on the connection that has just read
        assert (await connection.execute(text("SHOW transaction_isolation"))).scalar() == "read committed"
        assert (await connection.execute(text("SHOW transaction_read_only"))).scalar() == "off"


async def test_a_recipient_who_is_refused_beside_others_is_returned_and_not_raised(smtp: MailServer) -> None:
    """Fact 17: so each mail has one recipient, and what is returned is looked at too."""
    smtp.answer("b@x.example", "550 no such user")
    message = EmailMessage()
    message["From"] = "from@x.example"
    async with aiosmtplib.SMTP(hostname=smtp.host, port=smtp.port, start_tls=False) as client:
        refused, _ = await client.send_message(message, recipients=["a@x.example", "b@x.example"])
    assert {address: answer.code for address, answer in refused.items()} == {"b@x.example": 550}
    assert len(smtp.to("a@x.example")) == 1


async def _raw(message: Any) -> Any:
    return message.raw_message


async def test_a_connection_on_which_the_server_never_greets_is_closed_before_the_next_is_made() -> None:
    """By nats-py itself it would be left open; `shared.messaging.broker` closes it."""
    opened, closed = 0, 0

    async def hang_up_but_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened, closed
        opened += 1
        if opened == 1:
            writer.write(b'INFO {"server_id": "x", "version": "2.15.1", "max_payload": 1000}\r\n')
            await reader.readuntil(b"PING\r\n")
            writer.write(b"PONG\r\n")
            await writer.drain()
        writer.write_eof()
        await reader.read()  # until the client closes its half too
        closed += 1
        writer.close()

    server = await asyncio.start_server(hang_up_but_once, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    client = await nats_py.connect(f"nats://{HOST}:{port}", max_reconnect_attempts=-1, reconnect_time_wait=0.01)
    try:
        await eventually(lambda: opened >= 5)
    finally:
        await client.close()
        server.close()
    await eventually(lambda: opened == closed)  # and no warning of what was not closed, which would be an error


async def test_who_answers_is_known_to_the_server_once_its_subscription_is_flushed(plain_nats: NatsServer) -> None:
    """nats-py's own flush comes back before that, some times in a hundred: its PING overtakes what waits to be written."""
    there = await nats_py.connect(plain_nats.url)
    asker = await nats_py.connect(plain_nats.url)

    async def answer(message: Any) -> None:
        await message.respond(b"here")

    for n in range(300):
        await there.subscribe(f"question.{n}", cb=answer)
        await flush(there)
        assert (await asker.request(f"question.{n}", timeout=PATIENCE)).data == b"here"
    await asker.close()
    await there.close()
