"""Facts: what a consumer learned from an event, and how those of a batch are written.

A handler is a pure function from an event to facts. The facts of a batch are written together, one statement a table.
Tables and keys are sorted: two batches at the same moment then lock the same rows in the same order, and wait for each
other instead of deadlocking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import insert

Row = dict[str, Any]


class Fact:
    """A row for a table of the service. The kind of fact says what becomes of a row that is there already."""

    def __init__(self, table: Table, **row: Any) -> None:
        self.table = table
        self.row = row


class Newest(Fact):
    """An entity at one version: replaces a row of an older `version`, and changes nothing where it is as new or newer."""


class Present(Fact):
    """A row that is to exist: where one of the same key does, it stays as it is."""


class Added(Fact):
    """One row more, never merged with another."""


async def record(connection: AsyncConnection, facts: Iterable[Fact]) -> None:
    """Write facts in the caller's transaction, in any number and order, repeated or not."""
    groups: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.table.name, type(fact).__name__].append(fact)
    for _, group in sorted(groups.items()):
        await _WRITE[type(group[0])](connection, group[0].table, [fact.row for fact in group])


async def _newest(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    newest: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = _key(table, row)
        if key not in newest or newest[key]["version"] < row["version"]:
            newest[key] = row
    statement = insert(connection, table)
    upsert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in rows[0] if not table.c[name].primary_key},
        where=statement.excluded.version > table.c.version,
    )
    await connection.execute(upsert, [newest[key] for key in sorted(newest)])


async def _present(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    once = {_key(table, row): row for row in reversed(rows)}  # reversed: of several the first is kept, as one by one
    await connection.execute(insert(connection, table).on_conflict_do_nothing(), [once[key] for key in sorted(once)])


async def _added(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    await connection.execute(table.insert(), rows)


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


_WRITE = {Newest: _newest, Present: _present, Added: _added}
