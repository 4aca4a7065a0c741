"""What the kernel costs: facts recorded, and events relayed, each against the same work done bare."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from nats.js.api import Header
from sqlalchemy import func, select

from shared.clock import real_now
from shared.database import Database, insert
from shared.events import registration
from shared.events.envelope import Event, nats_subject
from shared.ids import new_id
from shared.messaging import relay
from shared.messaging import tables as kernel
from shared.messaging.streams import durables, provision
from shared.settings import ServiceSettings
from tests.support import toy
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.waiting import eventually

EVENTS = 20_000
BATCH = 256  # as the kernel's


async def consume(url: Callable[[str], str], figures: dict[str, float]) -> None:
    """Facts recorded by the kernel, against a bare fetch loop that writes the same rows in the same batches."""
    with tempfile.TemporaryDirectory() as folder:
        server = NatsServer(Path(folder) / "nats")
        await server.start()
        try:
            bare = await _consume_bare(server, url("bare"))
            ours = await _consume_ours(server, url("ours"), Path(folder))
        finally:
            server.stop()
    figures["consume.events_per_s"] = EVENTS / ours
    figures["consume.vs_bare_batches"] = bare / ours


async def relayed(url: Callable[[str], str], figures: dict[str, float]) -> None:
    """The relay, against a bare pipelined publish loop over the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        server = NatsServer(Path(folder) / "nats")
        await server.start()
        try:
            bare, ours = await _relay(server, url("relay"))
        finally:
            server.stop()
    figures["relay.events_per_s"] = EVENTS / ours
    figures["relay.vs_bare_loop"] = bare / ours


def _events() -> list[Event[Any]]:
    now = real_now()
    return [registration.PARTY_REGISTERED.event(toy.a_party(n), id=new_id(), time=now) for n in range(EVENTS)]


async def _fill(server: NatsServer) -> None:
    operator = await server.client()
    await provision(operator, durables([toy.consumers("billing")]))
    await operator.close()
    publisher = await server.client("registration")
    acks = [
        await publisher.jetstream().publish_async(nats_subject(event), event.model_dump_json().encode())
        for event in _events()
    ]
    for ack in acks:
        await ack
    await publisher.close()


async def _empty(server: NatsServer) -> None:
    operator = await server.client()
    await operator.jsm().delete_stream("REGISTRATION")
    await operator.close()


async def _consume_bare(server: NatsServer, url: str) -> float:
    await _fill(server)
    database = Database(url)
    await toy.create_tables(database)
    client = await server.client("billing")
    pull = await client.jetstream().pull_subscribe_bind(consumer="billing", stream="REGISTRATION")
    began, left = perf_counter(), EVENTS
    while left:
        messages = await pull.fetch(min(BATCH, left), timeout=2)
        parties, marks, inbox = [], [], []
        now = real_now()
        for message in messages:
            event = json.loads(message.data)
            it = event["data"]
            parties.append({"id": it["organisation_number"], "version": it["version"], "name": it["name"]})
            marks.append({"party": it["organisation_number"]})
            inbox.append({"handler": "remember", "event_id": event["id"], "handled_at": now})
        async with database.writer.begin() as connection:
            await connection.execute(insert(connection, kernel.inbox).on_conflict_do_nothing(), inbox)
            upsert = insert(connection, toy.party)
            await connection.execute(
                upsert.on_conflict_do_update(
                    index_elements=["id"],
                    set_={"version": upsert.excluded.version, "name": upsert.excluded.name},
                    where=upsert.excluded.version > toy.party.c.version,
                ),
                parties,
            )
            await connection.execute(toy.mark.insert(), marks)
        for message in messages:
            await message.ack()
        left -= len(messages)
    took = perf_counter() - began
    await client.close()
    await database.close()
    await _empty(server)
    return took


async def _consume_ours(server: NatsServer, url: str, folder: Path) -> float:
    await _fill(server)
    settings = ServiceSettings(
        database_url=url,
        nats_url=server.url,
        nats_user="billing",
        nats_password=PASSWORDS["billing"],
        keys_file=folder / "keys.json",
    )
    service = toy.create("billing", settings)
    await toy.create_tables(service.database)
    began = perf_counter()
    await service.start()

    async def done() -> bool:
        async with service.database.reading() as connection:
            return (await connection.execute(select(func.count()).select_from(toy.party))).scalar_one() == EVENTS

    await eventually(done, within=120)
    took = perf_counter() - began
    await service.stop()
    return took


async def _relay(server: NatsServer, url: str) -> tuple[float, float]:
    operator = await server.client()
    await provision(operator, durables([toy.consumers("billing")]))
    await operator.close()
    database = Database(url)
    await toy.create_tables(database)
    client = await server.client("registration")
    jetstream = client.jetstream()
    rows = [
        (nats_subject(event), event.model_dump_json(exclude_none=True).encode(), event.id + ":bare")
        for event in _events()
    ]
    began = perf_counter()
    for start in range(0, len(rows), relay.BATCH):
        acks = [
            await jetstream.publish_async(subject, body, headers={Header.MSG_ID.value: id})
            for subject, body, id in rows[start : start + relay.BATCH]
        ]
        for ack in acks:
            await ack
    bare = perf_counter() - began
    await toy.tell(database, [toy.a_party(n) for n in range(EVENTS)])
    sender = relay.Relay(database, "REGISTRATION")
    sender.use(client)
    began = perf_counter()
    while unsent := await sender.unsent():
        await sender.send(unsent)
    ours = perf_counter() - began
    await client.close()
    await database.close()
    return bare, ours
