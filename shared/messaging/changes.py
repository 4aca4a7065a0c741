"""Who changed what: a row for each change that a key asked for, in the transaction that makes it.

What is told is a change of its entity. What is asked for, writes and tells nothing (a replay, a person's new address) is a change
too, known by its route alone. What follows by itself has nobody's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, event, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import real_now
from shared.contracts.envelope import Entity, EventType
from shared.database import Database, read_as
from shared.messaging.tables import change


class Asked(NamedTuple):
    """What a request asks for: its method and route, and what the route is about, where that is no person."""

    route: str  # POST /billing/approvals/{id}
    key: str | None


@dataclass
class _Caller:
    by: str  # the key's name
    asked: Callable[[], Asked]  # known once the request was routed
    is_noted: bool = False
    writing: set[Connection] = field(default_factory=set)


_caller: ContextVar[_Caller | None] = ContextVar("_caller", default=None)


@dataclass(frozen=True, kw_only=True)
class Change:
    position: int
    at: datetime
    by: str
    route: str
    entity: str | None
    key: str | None
    version: int | None


@contextmanager
def asked_by(by: str, asked: Callable[[], Asked]) -> Iterator[None]:
    """What is changed inside was asked for by the key of this name."""
    token = _caller.set(_Caller(by, asked))
    try:
        yield
    finally:
        _caller.reset(token)


async def note_told(connection: AsyncConnection, kind: EventType[Any], entities: Sequence[Entity]) -> None:
    """Note that this happened to these entities, where somebody asked for it."""
    caller = _caller.get()
    if caller is None:
        return
    name = kind.name.partition(".")[0]
    rows = [
        {"entity": name, "key": "/".join(str(getattr(it, part)) for part in it.identity), "version": it.version}
        for it in entities
    ]
    await _add(connection, caller, rows)


def watch(database: Database) -> None:
    """Note what is asked for and tells nothing, in each transaction of this database that writes something."""
    event.listen(database.writer.sync_engine, "after_cursor_execute", _look)
    database.before_commit(_note_untold)


def _look(connection: Connection, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: object) -> None:
    caller = _caller.get()
    if caller is not None and (context.isinsert or context.isupdate or context.isdelete) and cursor.rowcount != 0:
        caller.writing.add(connection)


async def _note_untold(connection: AsyncConnection) -> None:
    caller = _caller.get()
    if caller is not None and not caller.is_noted and connection.sync_connection in caller.writing:
        await _add(connection, caller, [{"entity": None, "key": caller.asked().key, "version": None}])


async def _add(connection: AsyncConnection, caller: _Caller, rows: list[dict[str, Any]]) -> None:
    common = {"at": real_now(), "by": caller.by[:80], "route": caller.asked().route}
    await connection.execute(change.insert(), [common | row for row in rows])
    caller.is_noted = True


async def listed(
    connection: AsyncConnection, *, by: str | None, entity: str | None, key: str | None, after: int, limit: int
) -> list[Change]:
    """In the order in which they were made."""
    query = select(change).where(change.c.position > after).order_by(change.c.position).limit(limit)
    for column, value in ((change.c.by, by), (change.c.entity, entity), (change.c.key, key)):
        if value is not None:
            query = query.where(column == value)
    return read_as(Change, await connection.execute(query))
