"""What registration's repositories share: rows to domain objects, and a lock on what is not there yet."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Column, Row, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Conflict


def fields(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A row's columns as arguments of its domain object."""
    return {name: value for name, value in row._mapping.items() if name != "changed_by"}  # noqa: SLF001


def points_to(column: Column[Any]) -> list[Column[Any]]:
    """The columns of all tables that refer to this one."""
    tables = column.table.metadata.sorted_tables
    return [key.parent for table in tables for key in table.foreign_keys if key.column is column]


async def check_nothing_points_to(
    connection: AsyncConnection,
    column: Column[Any],
    value: str,
    *,
    planned: int = 0,
    rule: str | None = None,
) -> None:
    """Raises Conflict, naming what it is, where rows refer to this value, or so many sessions are planned with it."""
    found: Counter[str] = Counter()
    for pointing in points_to(column):
        query = select(func.count()).select_from(pointing.table).where(pointing == value)
        found[pointing.table.name] += (await connection.execute(query)).scalar_one()
    found["planned_session"] = planned
    if pointing_ones := +found:
        named = (f"{count} {name.replace('_', ' ')}{'s' if count > 1 else ''}" for name, count in pointing_ones.items())
        msg = f"it is not deleted while something points to it: {', '.join(named)}"
        raise Conflict(msg, code="something_points_to_it", rule=rule, field=column.table.name, values=pointing_ones)


async def keep_others_from_adding(connection: AsyncConnection, table: Table) -> None:
    """Lock a table until the end of the transaction: others may read it and refer to its rows, but not write to it.

    For who looks whether something is there, and adds it if not: no row is there yet that could be locked. Leaving it to the
    unique key would end the second of two equal requests in an error, where it is to be answered as the first was. Such
    requests are few; SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
