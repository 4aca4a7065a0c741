"""The outbox: an event is written in the transaction whose change it tells of.

Adding only inserts into the caller's transaction; the relay publishes after the commit (`relay.py`). An event published
before the commit could tell of a change that is rolled back, and one published after it would be lost by a crash in between.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.clock import real_now
from shared.contracts.bounds import LONGEST_EVENT
from shared.contracts.envelope import THIS_MACHINE, E, Event, EventType, nats_subject
from shared.database import Database
from shared.ids import new_id
from shared.messaging import changes
from shared.messaging.tables import outbox

LARGEST = LONGEST_EVENT  # bytes; a reader parks what is longer
CHANNEL = "outbox"  # PostgreSQL's NOTIFY: wakes the relay, whichever replica it runs in
REACHED_AT = (
    "reached_at"  # an option of a database: where people reach the system, for the address of an event's schema
)


def name_schemas_at(database: Database, url: str) -> None:
    """Have what is told by this database name its schema by an address there."""
    database.writer.update_execution_options(**{REACHED_AT: url})


async def tell(connection: AsyncConnection, kind: EventType[E], entity: E) -> Event[E]:
    """Have an event published: this happened to one entity, at the domain's now. Returns the event."""
    (event,) = await add(connection, kind, [entity], at=await clock.now(connection))
    return event


async def add(
    connection: AsyncConnection, kind: EventType[E], entities: Sequence[E], *, at: datetime
) -> list[Event[E]]:
    """Have events published: this happened to each of these entities, `at` the domain's now. Returns the events.

    Raises ValueError for an event that no message has room for.
    """
    if not entities:
        return []
    reached_at = connection.sync_engine.get_execution_options().get(REACHED_AT, THIS_MACHINE)
    events = [kind.event(entity, id=new_id(), time=at, reached_at=reached_at) for entity in entities]
    now = real_now()
    bodies = [event.model_dump_json(exclude_none=True) for event in events]
    # A character has at most four bytes: only a body that may be too big is encoded to be measured.
    if any(len(body) > LARGEST // 4 and len(body.encode()) > LARGEST for body in bodies):
        msg = f"an event has at most {LARGEST} bytes: one that cannot be sent would hold up all behind it"
        raise ValueError(msg)
    rows = [
        {
            "event_id": event.id,
            "message_id": event.id,
            "type": event.type,
            "subject": nats_subject(event),
            "body": body,
            "added_at": now,
        }
        for event, body in zip(events, bodies, strict=True)
    ]
    await connection.execute(outbox.insert(), rows)
    await changes.note_told(connection, kind, entities)
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"NOTIFY {CHANNEL}"))  # PostgreSQL delivers it at the commit
    return events


class Told(NamedTuple):
    position: int
    data: Mapping[str, Any]  # of the event, as it was told


async def told(
    connection: AsyncConnection, kind: EventType[Any], programme: str, *, after: int, limit: int
) -> list[Told]:
    """The next events of a kind and a programme, in the order in which they were written."""
    name, _, _ = kind.type.rpartition(".v")
    of_programme = outbox.c.subject.startswith(f"{name}.{programme}.", autoescape=True)
    query = select(outbox.c.position, outbox.c.body).where(outbox.c.type == kind.type, of_programme)
    rows = await connection.execute(query.where(outbox.c.position > after).order_by(outbox.c.position).limit(limit))
    return [Told(row.position, json.loads(row.body)["data"]) for row in rows]
