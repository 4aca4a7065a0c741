"""The outbox: what a transaction wants told is written beside what it changes.

Adding only inserts into the caller's transaction. The relay publishes after the commit (`relay.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.clock import real_now
from shared.contracts.envelope import E, Event, EventType, nats_subject
from shared.ids import new_id
from shared.messaging.tables import outbox

LARGEST = 900_000  # bytes of an event; NATS carries 1 MiB a message with its headers
CHANNEL = "outbox"  # PostgreSQL's NOTIFY: wakes the relay, whichever replica it runs in


async def tell(connection: AsyncConnection, kind: EventType[E], entity: E) -> Event[E]:
    """Have it told that this happened to one entity, at the domain's now. Returns the event."""
    (event,) = await add(connection, kind, [entity], at=await clock.now(connection))
    return event


async def add(
    connection: AsyncConnection, kind: EventType[E], entities: Sequence[E], *, at: datetime
) -> list[Event[E]]:
    """Have it told that this happened to these entities `at` the domain's now. Returns the events, ids and all.

    Raises ValueError for an event that no message has room for.
    """
    events = [kind.event(entity, id=new_id(), time=at) for entity in entities]
    if not events:
        return []
    now = real_now()
    bodies = [event.model_dump_json(exclude_none=True) for event in events]
    if any(len(body) > LARGEST // 4 and len(body.encode()) > LARGEST for body in bodies):  # four bytes a character
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
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"NOTIFY {CHANNEL}"))
    return events
