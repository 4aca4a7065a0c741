"""What the kernel costs: facts recorded, and events relayed, each against the same work done bare."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.js.api import Header
from pydantic import SecretStr
from sqlalchemy import func, select

from shared.clock import real_now
from shared.contracts import registration
from shared.contracts.envelope import Event, nats_subject
from shared.database import Database, insert
from shared.ids import new_id
from shared.messaging import relay
from shared.messaging import tables as kernel
from shared.messaging.consume import BATCH
from shared.messaging.streams import durables, provision
from shared.settings import ServiceSettings
from tests.bench.ground import Databases, Figures, Ground, clocked, in_turns
from tests.support import toy
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.waiting import eventually

EVENTS = 20_000


async def measure(ground: Ground, figures: Figures) -> None:
    """On PostgreSQL, as production runs."""
    databases = ground.kinds["postgresql"]

    async def consume_bare() -> float:
        return await _consume_bare(ground, databases)

    async def consume() -> float:
        return await _consume(ground, databases)

    async def relay_bare() -> float:
        return await _relay_bare(ground)

    async def relay_ours() -> float:
        return await _relay(ground, databases)

    floor, took = await in_turns(consume_bare, consume)
    figures["consume.vs_bare_batches"] = floor / took
    figures["consume.events_per_s"] = EVENTS / took
    floor, took = await in_turns(relay_bare, relay_ours)
    figures["relay.vs_bare_loop"] = floor / took
    figures["relay.events_per_s"] = EVENTS / took


def _events() -> list[Event[Any]]:
    now = real_now()
    return [registration.PARTY_REGISTERED.event(toy.a_party(n), id=new_id(), time=now) for n in range(EVENTS)]


@asynccontextmanager
async def _broker(ground: Ground) -> AsyncIterator[NatsServer]:
    server = NatsServer(ground.new_folder() / "nats", sync_always=True)
    await server.start()
    operator = await server.client()
    await provision(operator, durables([toy.consumers("billing")]))
    await operator.close()
    try:
        yield server
    finally:
        server.stop()


async def _fill(server: NatsServer) -> None:
    publisher = await server.client("registration")
    jetstream = publisher.jetstream()
    for event in _events():
        await jetstream.publish_async(nats_subject(event), event.model_dump_json(exclude_none=True).encode())
    await jetstream.publish_async_completed()
    await publisher.close()


async def _tables(databases: Databases) -> Database:
    database = Database(await databases.create(None))
    async with database.transaction() as connection:
        await connection.run_sync(toy.metadata.create_all)
    return database


async def _consume_bare(ground: Ground, databases: Databases) -> float:
    """A bare nats-py fetch loop that writes the same rows in the same batches."""
    database = await _tables(databases)
    async with _broker(ground) as server:
        await _fill(server)
        client = await server.client("billing")
        pull = await client.jetstream().pull_subscribe_bind(consumer="billing", stream="REGISTRATION")
        left = EVENTS
        with clocked() as took:
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
        await client.close()
    await database.close()
    return took()


async def _consume(ground: Ground, databases: Databases) -> float:
    """From the start of the service, which includes its connecting."""
    database = await _tables(databases)
    async with _broker(ground) as server:
        await _fill(server)
        settings = ServiceSettings(
            database_url=database.url.render_as_string(hide_password=False),
            nats_url=server.url,
            nats_user="billing",
            nats_password=SecretStr(PASSWORDS["billing"]),
            keys_file=ground.folder / "keys.json",
        )
        service = toy.create("billing", settings)

        async def is_done() -> bool:
            async with database.reading() as connection:
                return (await connection.execute(select(func.count()).select_from(toy.party))).scalar_one() == EVENTS

        with clocked() as took:
            await service.start()
            await eventually(is_done, within=120)
        await service.stop()
    await database.close()
    return took()


async def _relay_bare(ground: Ground) -> float:
    """A bare pipelined publish loop over rows that lie in memory."""
    rows = [(nats_subject(event), event.model_dump_json(exclude_none=True).encode(), event.id) for event in _events()]
    async with _broker(ground) as server:
        client = await server.client("registration")
        jetstream = client.jetstream()
        with clocked() as took:
            for start in range(0, len(rows), relay.BATCH):
                acks = [
                    await jetstream.publish_async(subject, body, headers={Header.MSG_ID.value: id})
                    for subject, body, id in rows[start : start + relay.BATCH]
                ]
                for ack in acks:
                    await ack
        await client.close()
    return took()


async def _relay(ground: Ground, databases: Databases) -> float:
    database = await _tables(databases)
    await toy.tell(database, [toy.a_party(n) for n in range(EVENTS)])
    async with _broker(ground) as server:
        client = await server.client("registration")
        sender = relay.Relay(database, "REGISTRATION")
        sender.use(client)
        with clocked() as took:
            while unsent := await sender.unsent():
                await sender.send(unsent)
        await client.close()
    await database.close()
    return took()
