"""Parking: what could not be handled is kept, seen, and replayed or discarded by an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.among import among
from shared.clock import real_now
from shared.database import insert
from shared.errors import Conflict, NotFound
from shared.messaging.tables import SUBJECT_LENGTH, TYPE_LENGTH, parked_message

PARKED, REPLAYED, DISCARDED = "parked", "replayed", "discarded"


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message that could not be handled, and why. `reason` is a code."""

    key: str  # the event's id, or the body's SHA-256 where it has none
    state: str
    subject: str
    type: str | None
    body: bytes
    reason: str
    error: str
    attempts: int
    parked_at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None


async def park(connection: AsyncConnection, messages: Iterable[Parked]) -> None:
    """Keep these. One that is parked or was discarded stays as it is; one that was replayed is parked again."""
    rows = [
        {
            "key": it.key,
            "state": it.state,
            # Cut to what the columns hold: a message that cannot even be parked would hold up all behind it.
            "subject": it.subject[:SUBJECT_LENGTH],
            "type": it.type.replace("\0", "")[:TYPE_LENGTH] if it.type else None,
            "body": it.body,
            "reason": it.reason,
            "error": it.error.replace("\0", ""),
            "attempts": it.attempts,
            "parked_at": it.parked_at,
        }
        for it in sorted(messages, key=lambda it: it.key)
    ]
    if rows:
        statement = insert(connection, parked_message)
        again = {
            name: statement.excluded[name]
            for name in ("state", "subject", "type", "body", "reason", "error", "attempts", "parked_at")
        }
        replace = statement.on_conflict_do_update(
            index_elements=[parked_message.c.key],
            set_=again | {"settled_at": None, "settled_by": None},
            where=parked_message.c.state == REPLAYED,
        )
        await connection.execute(replace, rows)


async def parked_or_discarded(connection: AsyncConnection, keys: Iterable[str]) -> set[str]:
    """Those of these keys that are parked or discarded: met again, they are only acknowledged."""
    t = parked_message.c
    query = select(t.key).where(among(t.key, set(keys)), t.state != REPLAYED)
    return set((await connection.execute(query)).scalars())


async def get(connection: AsyncConnection, key: str) -> Parked:
    """Raises NotFound."""
    row = (await connection.execute(select(parked_message).where(parked_message.c.key == key))).first()
    if row is None:
        msg = "no such parked message"
        raise NotFound(msg, code="no_such_message", field="key")
    return _parked(row)


async def listed(
    connection: AsyncConnection,
    *,
    state: str | None,
    type: str | None,
    reason: str | None = None,
    after: str | None,
    limit: int,
) -> list[Parked]:
    t = parked_message.c
    query = select(parked_message).order_by(t.key).limit(limit)
    for column, value in ((t.state, state), (t.type, type), (t.reason, reason)):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(t.key > after)
    return [_parked(row) for row in await connection.execute(query)]


async def settle(connection: AsyncConnection, key: str, state: str, *, by: str) -> None:
    """Mark a parked message replayed or discarded. Raises NotFound, or Conflict where the other was done before."""
    t = parked_message.c
    query = select(t.state).where(t.key == key).with_for_update()
    now_in = (await connection.execute(query)).scalar()
    if now_in is None:
        msg = "no such parked message"
        raise NotFound(msg, code="no_such_message", field="key")
    if now_in == state:
        return
    if now_in != PARKED:
        msg = f"it was {now_in} already"
        raise Conflict(msg, code="message_is_settled", field="key")
    values = {"state": state, "settled_at": real_now(), "settled_by": by}
    await connection.execute(update(parked_message).where(t.key == key).values(values))


async def count_and_oldest(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many messages are parked, and since when the oldest of them is."""
    query = select(func.count(), func.min(parked_message.c.parked_at)).where(parked_message.c.state == PARKED)
    count, oldest = (await connection.execute(query)).one()
    return count, oldest


def _parked(row: Row[Sequence[Any]]) -> Parked:
    return Parked(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
