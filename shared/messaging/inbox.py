"""The inbox: which handler has had which event, and how often a message was tried by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.among import among
from shared.clock import database_now, real_now
from shared.database import insert
from shared.messaging.tables import attempt, inbox, taken_in

Entry = tuple[str, str]  # handler, event id


class Place(NamedTuple):
    """Where a message stands."""

    stream: str
    sequence: int


async def enter(connection: AsyncConnection, entries: Iterable[Entry]) -> set[Entry]:
    """Write that these handlers have these events; returns the entries that are new.

    Where another transaction is writing the same entry, this waits until it ends: one of the two finds it new, never both.
    """
    now = real_now()
    rows = [{"handler": handler, "event_id": id, "handled_at": now} for handler, id in sorted(set(entries))]
    if not rows:
        return set()
    statement = insert(connection, inbox).on_conflict_do_nothing().returning(inbox.c.handler, inbox.c.event_id)
    return {(row.handler, row.event_id) for row in await connection.execute(statement, rows)}


async def took(connection: AsyncConnection, stream: str, created_at: datetime, sequence: int) -> None:
    """Write that a stream, made at this moment, is taken in up to this sequence; last in a transaction, since others wait for it."""
    statement = insert(connection, taken_in).values(stream=stream, created_at=created_at, sequence=sequence)
    new = statement.excluded
    is_further = (new.created_at == taken_in.c.created_at) & (new.sequence > taken_in.c.sequence)
    statement = statement.on_conflict_do_update(
        index_elements=[taken_in.c.stream],
        set_={"created_at": new.created_at, "sequence": new.sequence},
        where=(new.created_at > taken_in.c.created_at) | is_further,
    )
    await connection.execute(statement)


async def has_had(connection: AsyncConnection, handlers: Sequence[str], event_id: str) -> bool:
    """Whether each of these handlers has had the event."""
    query = select(func.count()).where(inbox.c.handler.in_(handlers), inbox.c.event_id == event_id)
    return (await connection.execute(query)).scalar_one() == len(handlers)


class Tried(NamedTuple):
    """How often a message was tried, and whether it was ever read without killing the process, as far as that is known."""

    tries: int
    was_read: bool


async def count_attempts(
    connection: AsyncConnection, messages: Mapping[str, Place], *, are_read: bool
) -> dict[str, Tried]:
    """Count one more attempt at each of these messages, known by their digests; returns how many it has been for each."""
    if not messages:
        return {}
    now = await database_now(connection)  # replicas compare it
    rows = [
        {
            "key": key,
            "tries": 1,
            "last_at": now,
            "stream": place.stream,
            "sequence": place.sequence,
            "was_read": are_read,
        }
        for key, place in sorted(messages.items())
    ]
    statement = insert(connection, attempt)
    statement = statement.on_conflict_do_update(
        index_elements=[attempt.c.key],
        set_={
            "tries": attempt.c.tries + 1,
            "was_read": attempt.c.was_read | statement.excluded.was_read,
            **{name: statement.excluded[name] for name in ("last_at", *Place._fields)},
        },
    )
    counted = await connection.execute(statement.returning(attempt.c.key, attempt.c.tries, attempt.c.was_read), rows)
    return {row.key: Tried(row.tries, row.was_read) for row in counted}


async def was_read(connection: AsyncConnection, digest: str) -> None:
    await connection.execute(update(attempt).where(attempt.c.key == digest).values(was_read=True))


async def attempts(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, int]:
    query = select(attempt.c.key, attempt.c.tries).where(among(attempt.c.key, set(keys)))
    return {row.key: row.tries for row in await connection.execute(query)}


async def forget_attempts(connection: AsyncConnection, *keys: str) -> None:
    """Of a message, by its digest and by its event's id: by that, versions up to 0.2 counted them."""
    await connection.execute(delete(attempt).where(attempt.c.key.in_(keys)))


async def delayed(connection: AsyncConnection, *, within: float) -> int:
    """How many messages wait for another attempt: those whose last was within so many seconds."""
    since = await database_now(connection) - timedelta(seconds=within)
    return (await connection.execute(select(func.count()).where(attempt.c.last_at >= since))).scalar_one()
