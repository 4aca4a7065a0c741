"""What would leave a service dead and looking alive ends it instead; and of several relays one is at work."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts import registration
from shared.messaging import outbox, relay
from shared.messaging import tables as kernel
from shared.messaging.relay import Relay
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.databases import count
from tests.support.waiting import eventually, patiently


async def test_a_connection_that_is_closed_for_good_ends_the_service(arena: Arena) -> None:
    service = await arena.start("billing")
    assert service.client is not None
    await service.client.close()
    async with patiently():
        assert "closed for good" in await service.failed


async def test_what_nats_refuses_ends_the_service(arena: Arena) -> None:
    """To the relay alone it would be a time-out, for ever."""
    service = await arena.start("billing")
    async with arena.database.transaction() as connection:  # registration's event in billing's outbox
        await outbox.add(connection, registration.PARTY_REGISTERED, [toy.a_party(1)], at=arena.now)
    async with patiently():
        assert "refuses" in await service.failed


@pytest.mark.parametrize("dies", ["relay", "worker", "watchdog", "guard"])
async def test_a_task_that_ends_by_itself_ends_the_service(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    async def raises(*_: object) -> None:
        raise ValueError

    where = {
        "relay": "shared.messaging.relay.Relay._run",
        "worker": "shared.messaging.due_work.Worker._run",
        "watchdog": "shared.messaging.watchdog.Watchdog.run",
        "guard": "shared.messaging.guard.Guard.run",
    }
    monkeypatch.setattr(where[dies], raises)
    service = await arena.start("billing")
    async with patiently():
        assert "ended: ValueError()" in await service.failed


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)  # SQLite has one process a file
async def test_of_two_relays_one_sends_and_the_other_takes_over_when_it_is_gone(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL", 0.2)
    active: list[Relay] = []
    send = Relay.send

    async def noted(self: Relay, *args: Any, **options: Any) -> int:
        active.append(self)
        return await send(self, *args, **options)

    monkeypatch.setattr(Relay, "send", noted)
    first, second = await arena.start("registration"), await arena.start("registration")
    for n in range(20):
        await toy.tell(arena.publisher, [toy.a_party(n)])  # committed by neither of the two: NOTIFY wakes the one
        await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    assert len(set(active)) == 1
    holder = first if active[0] is first._relay else second  # noqa: SLF001 - which of the two it was
    arena.started.remove(holder)
    await holder.stop()
    await toy.tell(arena.publisher, [toy.a_party(20)])
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    assert len(set(active)) == 2
    assert await arena.messages("REGISTRATION") == await count(arena.publisher, kernel.outbox) == 21
