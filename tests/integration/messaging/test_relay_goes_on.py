"""The relay sends the next events while those before them are marked, and still sends them in order and none twice."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from shared.messaging import relay
from shared.messaging import tables as kernel
from shared.messaging.relay import Relay
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.waiting import PATIENCE, eventually

BATCH = 3


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BATCH", BATCH)


async def sender(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> tuple[Relay, list[list[int]]]:
    """A relay, and the positions of what it publishes, batch by batch."""
    it, published = Relay(arena.publisher, "REGISTRATION"), []
    it.use(await arena.server.client("registration"))
    publish = it._publish  # noqa: SLF001 - what it has under way is seen nowhere else

    async def noted(rows: relay.Unsent) -> dict[int, str]:
        published.append([row.position for row in rows])
        return await publish(rows)

    monkeypatch.setattr(it, "_publish", noted)
    return it, published


async def names(arena: Arena) -> list[str]:
    """Of the parties that the stream tells of, in its order."""
    jetstream = arena.operator.jetstream()
    count = await arena.messages("REGISTRATION")
    messages = [await jetstream.get_msg("REGISTRATION", sequence) for sequence in range(1, count + 1)]
    return [json.loads(message.data or b"")["data"]["name"] for message in messages]


async def test_the_next_are_under_way_while_those_before_them_are_marked(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, published = await sender(arena, monkeypatch)
    mark, may_be_marked = it._mark, asyncio.Event()  # noqa: SLF001

    async def marked() -> None:
        if it._acknowledged:  # noqa: SLF001
            await may_be_marked.wait()
        await mark()

    monkeypatch.setattr(it, "_mark", marked)
    await toy.tell(arena.publisher, [toy.a_party(n, f"{n}") for n in range(8)])
    sending = asyncio.create_task(it.send(await it.unsent()))
    await eventually(lambda: len(published), equals=2)
    assert await relay.count_unsent(arena.publisher) == 8
    may_be_marked.set()
    assert await sending == 8
    assert [len(batch) for batch in published] == [3, 3, 2]
    assert await names(arena) == [f"{n}" for n in range(8)]
    assert await relay.count_unsent(arena.publisher) == 0
    await it._client.close()  # noqa: SLF001


async def test_nothing_is_sent_after_what_was_not_acknowledged(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    it, published = await sender(arena, monkeypatch)
    publish = it._publish  # noqa: SLF001

    async def loses_the_last_ack(rows: relay.Unsent) -> dict[int, str]:
        acked = await publish(rows)
        return {position: id for position, id in acked.items() if position != rows[-1].position}

    monkeypatch.setattr(it, "_publish", loses_the_last_ack)
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(2 * BATCH)])
    assert await it.send(await it.unsent()) == BATCH - 1
    assert len(published) == 1
    first = published[0]
    assert (await it.unsent())[0].position == first[-1]
    await it._client.close()  # noqa: SLF001


async def test_what_is_committed_late_between_those_in_hand_is_sent_too(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, _ = await sender(arena, monkeypatch)
    await toy.tell(arena.publisher, [toy.a_party(n, f"{n}") for n in range(2 * BATCH)])
    late = await _taken_out(arena, BATCH // 2)
    publish = it._publish  # noqa: SLF001

    async def commits(rows: relay.Unsent) -> dict[int, str]:
        if late:
            async with arena.publisher.transaction() as connection:
                await connection.execute(insert(kernel.outbox), late.pop())
        return await publish(rows)

    monkeypatch.setattr(it, "_publish", commits)
    it.start(it._client)  # noqa: SLF001
    await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
    await it.stop(within=PATIENCE)
    assert sorted(await names(arena)) == [f"{n}" for n in range(2 * BATCH)]
    await it._client.close()  # noqa: SLF001


async def _taken_out(arena: Arena, index: int) -> list[dict[str, Any]]:
    """The row of one event, as of a transaction that has its position and is not committed yet."""
    async with arena.publisher.transaction() as connection:
        rows = (await connection.execute(select(kernel.outbox).order_by(kernel.outbox.c.position))).mappings().all()
        row = dict(rows[index])
        await connection.execute(delete(kernel.outbox).where(kernel.outbox.c.position == row["position"]))
    return [row]
