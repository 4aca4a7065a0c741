"""What registration's repositories share: rows to domain objects, and a lock on what is not there yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection


def fields(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A row's columns as arguments of its domain object."""
    return {name: value for name, value in row._mapping.items() if name != "changed_by"}  # noqa: SLF001


async def keep_others_from_adding(connection: AsyncConnection, table: Table) -> None:
    """Lock a table until the end of the transaction: others may read it and refer to its rows, but not write to it.

    For who looks whether something is there, and adds it if not: no row is there yet that could be locked. Leaving it to the
    unique key would end the second of two equal requests in an error, where it is to be answered as the first was. Such
    requests are few; SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
