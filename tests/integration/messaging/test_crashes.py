"""A process that dies at the worst moment loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from shared.contracts import registration
from shared.contracts.envelope import nats_subject
from shared.ids import new_id
from shared.messaging import relay, watchdog
from shared.messaging import tables as kernel
from shared.messaging.condition import CONSUMERS, Condition
from shared.points import VARIABLE
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.databases import count
from tests.support.waiting import eventually, patiently

PARTIES = 30


async def all_arrived_once(arena: Arena) -> None:
    await eventually(lambda: count(arena.database, toy.party), equals=PARTIES)
    await eventually(lambda: arena.lag("billing"), equals=0)
    await eventually(lambda: arena.messages("REGISTRATION"), equals=PARTIES)
    await eventually(lambda: arena.lag("billing"), equals=0)
    assert await count(arena.database, toy.mark) == PARTIES
    assert await count(arena.database, kernel.parked_message) == 0


@pytest.mark.parametrize("point", ["relay.before_publish", "relay.published", "relay.recorded"])
async def test_a_publisher_that_dies_on_its_way_loses_nothing_and_sends_nothing_twice(arena: Arena, point: str) -> None:
    """Between commit and publish, between publish and the record of its ack, and after it."""
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
    dying = await arena.spawn("registration", {VARIABLE: point})
    assert await dying.wait() == -signal.SIGKILL
    await arena.start("registration")
    await arena.start("billing")
    await all_arrived_once(arena)


@pytest.mark.parametrize("point", ["batch.before_commit", "batch.committed", "alone.counted"])
async def test_a_consumer_that_dies_between_facts_and_ack_applies_them_once(arena: Arena, point: str) -> None:
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
    await arena.start("registration")
    await eventually(lambda: arena.messages("REGISTRATION"), equals=PARTIES)
    if point.startswith("alone"):  # only what was delivered before is taken one by one
        first = await arena.spawn("billing", {VARIABLE: "batch.before_commit"})
        assert await first.wait() == -signal.SIGKILL
    dying = await arena.spawn("billing", {VARIABLE: point})
    assert await dying.wait() == -signal.SIGKILL
    await arena.start("billing")
    await all_arrived_once(arena)
    # A message that comes again once it is acknowledged is counted until it is seen that nothing is left to do about it.
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)


async def test_a_publish_whose_ack_is_lost_is_repeated_and_stands_in_the_stream_once(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "ACK_TIME_OUT", 0.5)
    service = await arena.start("registration")
    jetstream = service._relay.jetstream  # noqa: SLF001 - the acks are lost on their way to it
    assert jetstream is not None
    publish = jetstream.publish_async
    lost: list[Any] = []

    async def ack_lost(*args: Any, **kwargs: Any) -> asyncio.Future[Any]:
        acked = await publish(*args, **kwargs)
        if len(lost) < PARTIES:
            lost.append(await acked)
            return asyncio.get_running_loop().create_future()
        return acked

    monkeypatch.setattr(jetstream, "publish_async", ack_lost)
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    assert len(lost) == PARTIES
    await arena.start("billing")
    await all_arrived_once(arena)


async def test_a_stream_that_was_deleted_is_provisioned_and_republished_and_applied_once(arena: Arena) -> None:
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
    publisher = await arena.start("registration")
    consumer = await arena.start("billing")
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    await all_arrived_once(arena)
    await arena.operator.jsm().delete_stream("REGISTRATION")
    await arena.provision()
    assert await relay.republish(arena.publisher) == PARTIES
    await all_arrived_once(arena)
    # And a service that knows nothing yet learns it all.
    await consumer.stop()
    arena.started.remove(consumer)
    await arena.empty("billing")
    await arena.operator.jsm().delete_consumer("REGISTRATION", "billing")
    await arena.provision()
    await arena.start("billing")
    await all_arrived_once(arena)
    assert not publisher.failed.done()


async def test_a_service_whose_consumer_is_deleted_ends_itself_and_comes_back(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "PATIENCE", 1.0)
    monkeypatch.setattr(watchdog, "EVERY", 0.2)
    service = await arena.start("billing")
    assert await service.condition() == Condition()
    await arena.operator.jsm().delete_consumer("REGISTRATION", "billing")
    (fault,) = (await service.condition()).degraded
    assert fault.part == CONSUMERS
    async with patiently():
        reason = await service.failed
    assert "gone" in reason
    await service.stop()
    arena.started.remove(service)
    await arena.provision()
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
    await arena.start("registration")
    await arena.start("billing")
    await all_arrived_once(arena)


async def test_what_takes_longer_than_the_ack_wait_is_not_delivered_again(arena: Arena) -> None:
    service = await arena.start("billing")
    async with arena.blocked_writes():
        await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
        await arena.start("registration")
        await eventually(lambda: arena.messages("REGISTRATION"), equals=PARTIES)
        await asyncio.sleep(3 * service.batches.ack_wait)
        info = await arena.operator.jsm().consumer_info("REGISTRATION", "billing")
        assert info.num_redelivered == 0
        assert await count(arena.database, toy.party) == 0
    await all_arrived_once(arena)


async def test_a_service_told_to_stop_finishes_what_is_in_hand(arena: Arena) -> None:
    await arena.start("registration")
    process = await arena.spawn("billing")
    await arena.is_ready()
    async with arena.blocked_writes():
        await toy.tell(arena.publisher, [toy.a_party(n) for n in range(PARTIES)])
        await eventually(lambda: arena.delivered("billing"))
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1)
        assert process.returncode is None
    async with patiently():
        assert await process.wait() == 0
    in_hand = await count(arena.database, toy.mark)
    assert in_hand > 0
    # It is acknowledged. What only lay in the client's queue is not: the server keeps it for whoever asks next.
    await eventually(lambda: arena.lag("billing"), equals=PARTIES - in_hand)


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)  # SQLite has no server to restart
async def test_a_database_that_is_restarted_meanwhile_counts_as_no_attempt(arena: Arena) -> None:
    service = await arena.start("billing")
    for round_ in range(1, 8):  # more often than a message may fail
        async with arena.database_down():
            for n in range(4):
                event = registration.PARTY_REGISTERED.event(toy.a_party(round_ * 4 + n), id=new_id(), time=arena.now)
                await arena.publish(nats_subject(event), event.model_dump_json().encode())
            await asyncio.sleep(0.5)
        await eventually(lambda: count(arena.database, toy.party), equals=round_ * 4)
    assert await count(arena.database, kernel.parked_message) == 0
    # A message that comes again once it is acknowledged is counted until it is seen that nothing is left to do about it.
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)
    assert await count(arena.database, toy.mark) == 28
    assert not service.failed.done()
