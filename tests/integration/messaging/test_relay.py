"""The relay when it has nothing to do, when it cannot, and when it is told to stop."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import insert

from shared.clock import real_now
from shared.contracts import registration
from shared.ids import new_id
from shared.messaging import outbox, relay
from shared.messaging import tables as kernel
from shared.messaging.relay import Relay
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.waiting import PATIENCE, eventually


def counted(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> list[Any]:
    """A list that grows with each call."""
    calls: list[Any] = []
    function = getattr(where, name)

    async def calling(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return await function(*args, **kwargs)

    monkeypatch.setattr(where, name, calling)
    return calls


async def test_every_message_says_that_it_is_a_cloudevent_in_json_sent_again_too(arena: Arena) -> None:
    await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1), toy.a_party(2)])
    # Marked as sent, too: what is not is on its way anyway, and is not sent again.
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    assert await relay.republish(arena.publisher) == 2
    await eventually(lambda: arena.messages("REGISTRATION"), equals=4)
    jetstream = arena.operator.jetstream()
    for sequence in range(1, 5):
        message = await jetstream.get_msg("REGISTRATION", sequence)
        assert message.headers is not None
        assert message.headers["Content-Type"] == "application/cloudevents+json"
        assert message.headers["Nats-Msg-Id"].startswith(json.loads(message.data or b"")["id"])


async def test_a_stream_that_takes_no_events_degrades_the_service_and_says_why_once(
    arena: Arena, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a full disk has NATS do."""
    service = await arena.start("registration")
    manager = arena.operator.jsm()
    config = (await manager.stream_info("REGISTRATION")).config
    await manager.update_stream(config.evolve(max_bytes=100))
    await toy.tell(arena.publisher, [toy.a_party(1)])

    async def faults() -> list[tuple[str, str]]:
        return [(it.part, it.reason) for it in (await service.condition()).degraded]

    reason = "events are not acknowledged and are sent again: maximum bytes exceeded (10077)"
    await eventually(faults, equals=[("publishing", reason)])
    tries = counted(monkeypatch, Relay, "send")
    await eventually(lambda: len(tries) >= 2)

    await manager.update_stream(config)
    await eventually(faults, equals=[])
    assert capsys.readouterr().out.count(reason) == 1
    assert await arena.messages("REGISTRATION") == 1


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)  # SQLite has one process a file
async def test_a_relay_that_stands_by_asks_for_the_lock_now_and_then(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL", 0.2)
    tried = counted(monkeypatch, relay, "try_lock")
    await arena.start("registration")
    await eventually(lambda: len(tried), equals=1)
    await arena.start("registration")
    await asyncio.sleep(2)
    assert 5 <= len(tried) <= 2 + 2 / 0.2


async def test_a_relay_without_a_broker_looks_now_and_then_and_goes_on_when_it_is_back(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arena.start("registration")
    arena.server.kill()
    looked = counted(monkeypatch, Relay, "unsent")
    for n in range(40):  # each commit wakes it
        await toy.tell(arena.publisher, [toy.a_party(n)])
        await asyncio.sleep(0.05)
    assert len(looked) <= 12
    await arena.server.start()
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    arena.operator = await arena.server.client()
    assert await arena.messages("REGISTRATION") == 40


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)
async def test_a_relay_without_its_database_tries_now_and_then(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    await arena.start("registration")
    made = counted(monkeypatch, Relay, "unsent")
    async with arena.database_down():
        await asyncio.sleep(3)
    assert len(made) <= 8
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)


async def test_an_event_that_no_message_has_room_for_is_refused_and_one_that_got_in_holds_up_no_other(
    arena: Arena,
) -> None:
    big = toy.a_party(1).model_copy(update={"name": "x" * 1_200_000})  # which no contract takes
    with pytest.raises(ValueError, match="at most 65536 bytes"):
        await toy.tell(arena.publisher, [big])
    event = registration.PARTY_REGISTERED.event(big, id=new_id(), time=arena.now)
    await toy.tell(arena.publisher, [toy.a_party(2)])
    async with arena.publisher.transaction() as connection:
        row = {
            "event_id": event.id,
            "message_id": event.id,
            "type": event.type,
            "subject": "kulturskole.registration.party.registered._.900000001",
            "body": event.model_dump_json(),
            "added_at": real_now(),
        }
        await connection.execute(insert(kernel.outbox), row)
        await outbox.add(connection, registration.PARTY_REGISTERED, [toy.a_party(3)], at=arena.now)
    await arena.start("registration")
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=1)
    assert await arena.messages("REGISTRATION") == 2


async def test_a_service_that_stops_sends_what_is_unsent(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.SENT_WITHIN", PATIENCE)
    service = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(3_000)])
    arena.started.remove(service)
    await service.stop()
    assert await relay.count_unsent(arena.publisher) == 0


async def test_a_relay_that_is_told_to_stop_before_it_began_sends_what_is_unsent(arena: Arena) -> None:
    await toy.tell(arena.publisher, [toy.a_party(1)])
    a_relay = Relay(arena.publisher, "REGISTRATION")
    a_relay.start(await arena.server.client("registration"))
    await a_relay.stop(within=PATIENCE)
    assert await relay.count_unsent(arena.publisher) == 0


async def test_a_relay_that_stops_without_a_broker_gives_up_at_once(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = await arena.start("registration")
    arena.server.kill()
    looks = counted(monkeypatch, Relay, "unsent")
    await toy.tell(service.database, [toy.a_party(1)])
    await eventually(lambda: bool(looks))
    looks.clear()
    arena.started.remove(service)
    await service.stop()
    assert len(looks) <= 2
    await arena.server.start()
    arena.operator = await arena.server.client()


async def test_a_row_that_is_to_be_sent_again_meanwhile_is_not_taken_for_sent(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = Relay(arena.publisher, "REGISTRATION")
    sender.use(await arena.server.client("registration"))
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await sender.send(await sender.unsent())
    await relay.republish(arena.publisher)
    rows = await sender.unsent()
    await relay.republish(arena.publisher)  # changes nothing: it is unsent
    await sender.send(rows)
    await relay.republish(arena.publisher)  # new message ids
    await sender.send(rows)  # a late one, of the ids before
    assert await relay.count_unsent(arena.publisher) == 1
    await sender._client.close()  # noqa: SLF001 - ours


async def test_what_the_stream_has_acknowledged_is_known_until_it_is_marked(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent again after the stream has forgotten its message id, an event would stand there twice."""
    publisher = await arena.start("registration")
    transaction, fails = publisher.database.transaction, 3

    def away_for_a_while(**options: bool) -> Any:
        nonlocal fails
        fails -= 1
        if fails >= 0:
            raise ConnectionRefusedError
        return transaction(**options)

    monkeypatch.setattr(publisher.database, "transaction", away_for_a_while)
    sent = counted(monkeypatch, Relay, "send")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    assert len(sent) == 1
