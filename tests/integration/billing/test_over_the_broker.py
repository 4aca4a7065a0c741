"""Every event three times, in any order, over a real broker: the same books but for the credited attempts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.billing.app import create
from services.billing.consumers import consumers
from services.billing.documents.domain.books import apart_from_credited_attempts
from services.billing.settings import Settings
from shared.contracts.catalogue import stream_of
from shared.contracts.envelope import Event, nats_subject
from shared.database import Database
from shared.messaging import tables as kernel
from shared.messaging.streams import durables, provision
from tests.integration.billing.world import (
    check_everything_was_told_once,
    marks_left,
    standing,
    take,
    the_books,
    work,
)
from tests.support.databases import MakeDatabase, count
from tests.support.events import completed, completion_revoked, end_taken_back, ended, party, programme, sent, signed
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.waiting import eventually

TIMES = 3
PUBLISHERS = {"/kulturskole/registration": "registration", "/kulturskole/scheduling": "scheduling"}


def history(chance: random.Random) -> list[Event[Any]]:
    """In the order in which it happened: three sessions, one of them completed twice, and twelve agreements."""
    agreements: list[Event[Any]] = []
    for n in range(12):
        agreements += [party(n), sent(n), signed(n)]
        if chance.random() < 0.5:
            agreements.append(ended(n, chance.choice([date(2024, 9, 1), date(2025, 9, 1)])))
            agreements += [end_taken_back(n)] if chance.random() < 0.5 else []
    return [
        programme(),
        *agreements,
        completed(1),
        completion_revoked(1),
        completed(1, version=4),
        completed(2),
        completed(3),
    ]


async def publish(nats: NatsServer, events: Sequence[Event[Any]]) -> None:
    """Past the outbox, and without message ids: the stream holds every repetition."""
    clients = {source: await nats.client(user) for source, user in PUBLISHERS.items()}
    for event in events:
        stream = stream_of(PUBLISHERS[event.source])
        body = event.model_dump_json(exclude_none=True).encode()
        await clients[event.source].jetstream().publish(nats_subject(event), body, stream=stream)
    for client in clients.values():
        await client.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_books_do_not_depend_on_order_or_repetition(
    make_database: MakeDatabase, nats: NatsServer, tmp_path: Path, seed: int
) -> None:
    events = history(random.Random(seed))
    straight, shuffled = await make_database("billing"), await make_database("billing")
    for event in events:
        await take(straight, event)
        await work(straight)

    many = events * TIMES
    random.Random(seed).shuffle(many)
    operator = await nats.client()
    await provision(operator, durables([consumers]))
    half = len(many) // 2
    await publish(nats, many[:half])
    service = create(
        Settings(
            database_url=shuffled.url.render_as_string(hide_password=False),
            nats_url=nats.url,
            nats_user="billing",
            nats_password=SecretStr(PASSWORDS["billing"]),
            keys_file=tmp_path / "keys.json",
            simulated_clock=True,
        )
    )
    await service.start()
    try:
        await publish(nats, many[half:])  # while it works on the first

        async def is_at_rest() -> bool:
            infos = [await operator.jsm().consumer_info(stream, "billing") for stream in service.streams]
            lag = sum((it.num_pending or 0) + (it.num_ack_pending or 0) for it in infos)
            return lag == 0 and await marks_left(shuffled) == 0

        await eventually(is_at_rest)
        await assert_same_books(straight, shuffled)
        assert await count(shuffled, kernel.parked_message) == 0
    finally:
        await service.stop()
        await operator.close()


async def assert_same_books(straight: Database, shuffled: Database) -> None:
    assert await standing(shuffled) == await standing(straight)
    one, other = await the_books(straight), await the_books(shuffled)
    assert apart_from_credited_attempts(one) == apart_from_credited_attempts(other)
    await check_everything_was_told_once(shuffled)
