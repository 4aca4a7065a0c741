"""What the modules of this package share: rows to domain objects, and who may decide alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection


def fields(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A row's columns as arguments of its domain object."""
    return {name: value for name, value in row._mapping.items() if name != "changed_by"}  # noqa: SLF001


async def keep_others_from_adding(connection: AsyncConnection, table: Table) -> None:
    """Until the commit nobody else adds to this table, so that who finds nothing under a key may add it.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
