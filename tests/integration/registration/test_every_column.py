"""Somebody's name stands in every column that could hold it: erased, it stands in those alone of which the receipt says so (N2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, String, Table, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.erasure import repository
from services.registration.people.domain.person import COUNCIL, Person
from shared.database import Database, Instant
from tests.support.columns import Holds, holds

KARI = Person(id="kari", scope=COUNCIL, name="Kari Ås Vik", email="kari.vik@molde.example", phone="+47 900 00 000")
SAID = f"{KARI.name}, {KARI.email}, {KARI.phone}"
EMPTIED = {Holds.WHO, Holds.PROSE}


def value(column: Column[Any], rows: dict[str, dict[str, Any]]) -> Any:
    """Of a row of its own of each table; whatever is free to say something says who she is."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return rows[key.column.table.name][key.column.name]
    if isinstance(column.type, JSON):
        return {"one": [SAID]}
    if isinstance(column.type, Text) or (isinstance(column.type, String) and (column.type.length or 0) > len(SAID)):
        return SAID
    if isinstance(column.type, String):
        return column.name[: column.type.length] if column.primary_key else (KARI.name or "")[: column.type.length]
    kinds: dict[Any, Any] = {Instant: datetime(2024, 4, 15, tzinfo=UTC), Boolean: False, Date: date(2024, 4, 15)}
    return next((it for kind, it in kinds.items() if isinstance(column.type, kind)), 1)


async def fill(connection: AsyncConnection) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for table in tables.metadata.sorted_tables:
        row = {it.name: value(it, rows) for it in table.columns}
        if table is tables.person:
            row |= vars(KARI) | {"sought_by": KARI.sought_by}
        if table is tables.party:
            row |= {"invoice_email": KARI.email}  # which holds an address and nothing else
        rows[table.name] = row
        await connection.execute(table.insert(), row)


async def naming(connection: AsyncConnection) -> set[str]:
    """Where any of it stands."""
    found = set()
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Integer | Boolean | Date | Instant | LargeBinary):
                continue
            for text in (await connection.execute(select(cast(column, Text)))).scalars():
                if any(it and it in (text or "") for it in words(table, column)):
                    found.add(f"{table.name}.{column.name}")
    return found


def words(table: Table, column: Column[Any]) -> list[str]:
    as_json = isinstance(column.type, JSON)
    written = [(KARI.name or "").replace("Å", "\\u00c5") if as_json else KARI.name, KARI.email, KARI.phone]
    return [it for it in written if it]


async def test_only_what_the_receipt_names_still_says_who_it_was(database: Database) -> None:
    async with database.transaction() as connection:
        await fill(connection)
        known = holds("registration")
        before = await naming(connection)
        assert before >= {name for name, it in known.items() if it in EMPTIED}
        await repository.erase(connection, KARI, reason="asked_for", at=datetime(2026, 1, 1, tzinfo=UTC), by="office")
        left = await naming(connection)
        assert {name for name in left if known[name] in EMPTIED} == set()
        changed = {name for name in before - left if known[name] not in EMPTIED}
        assert {name for name in changed if known[name] is not Holds.KEY} == set()
