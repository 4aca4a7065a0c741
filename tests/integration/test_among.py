"""A column is compared with many values by one statement, on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import Column, ColumnElement, Integer, MetaData, String, Table, insert, select

from shared.among import among
from shared.database import Counted, Database
from tests.support.databases import MakeDatabase
from tests.support.statements import statements

metadata = MetaData()
thing = Table(
    "thing",
    metadata,
    Column("id", Counted, primary_key=True),
    Column("name", String(20)),
    Column("size", Integer),
)
ROWS = [{"id": n, "name": f"'{n}\" {{æ}}", "size": n * 10} for n in range(1, 4)]


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    found = await make_database()
    async with found.transaction() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(insert(thing), [*ROWS, {"id": 9, "name": None, "size": None}])
    return found


async def ids(database: Database, where: ColumnElement[bool]) -> list[int]:
    async with database.reading() as connection:
        return list((await connection.execute(select(thing.c.id).where(where).order_by(thing.c.id))).scalars())


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("name", [ROWS[0]["name"], ROWS[2]["name"], "another"], [1, 3]),
        ("size", [20, 21], [2]),
        ("id", range(2, 5_000), [2, 3, 9]),
        ("id", {1: "a", 3: "b"}, [1, 3]),
        ("name", [], []),
    ],
)
async def test_those_are_found_that_have_one_of_the_values(
    database: Database, column: str, values: Iterable[Any], found: list[int]
) -> None:
    assert await ids(database, among(thing.c[column], values)) == found


async def test_the_statement_is_the_same_for_any_number_of_values(database: Database) -> None:
    with statements() as found:
        for many in (1, 7, 2_000):
            await ids(database, among(thing.c.id, range(many)))
    assert len({it for it in found if "thing" in it}) == 1


async def test_two_stand_in_one_statement(database: Database) -> None:
    both = among(thing.c.id, [1, 2]) & among(thing.c.size, [20, 30])
    assert await ids(database, both) == [2]
    assert await ids(database, ~among(thing.c.id, [1, 2])) == [3, 9]
