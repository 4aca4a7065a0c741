"""Databases from an older moment, and services that are started on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.messaging import relay
from shared.service import Service
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.waiting import eventually, patiently


@asynccontextmanager
async def waiting(arena: Arena, name: str) -> AsyncIterator[tuple[Service, asyncio.Task[None]]]:
    """A service that is started on an older database, and waits."""
    service = toy.create(name, arena.settings(name))
    starting = asyncio.create_task(service.start())
    try:
        async with patiently():
            await asyncio.wait(
                [starting, is_older := asyncio.create_task(service.is_older.wait())], return_when="FIRST_COMPLETED"
            )
        assert not starting.done(), starting.exception()
        is_older.cancel()
        yield service, starting
    finally:
        service.stopping = True
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await service.stop()


async def has_sent(arena: Arena, parties: int) -> None:
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    assert await arena.messages("REGISTRATION") == parties


async def an_older_copy(arena: Arena) -> str:
    """Registration has told of party 1; then, while it was stopped, a copy was taken; then it has told of party 2."""
    first = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await has_sent(arena, 1)
    await stop(arena, first)
    copy = await arena.copies.take(arena.publisher)
    second = await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(2)])
    await has_sent(arena, 2)
    await stop(arena, second)
    return copy


async def stop(arena: Arena, service: Service) -> None:
    arena.started.remove(service)
    await service.stop()
