"""What is read sees one moment; what is looked up sees the moment of its statement, and begins no transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import START
from shared.database import Database
from shared.messaging.tables import disowned
from tests.support.databases import MakeDatabase


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await make_database()


async def count(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.count()).select_from(disowned))).scalar_one()


async def disown(database: Database, event: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(disowned.insert(), {"event_id": event, "by": "kari", "at": START})


async def test_all_that_is_read_is_of_one_moment_and_what_is_looked_up_of_its_own(database: Database) -> None:
    for round in range(2):  # the second on the same connections
        async with database.looking_up() as looked, database.reading() as read:
            before = await count(read)
            assert before == await count(looked) == round
            await disown(database, f"event {round}")
            assert (await count(read), await count(looked)) == (before, before + 1)


async def test_nothing_is_written_by_who_looks_something_up(sqlite_database: MakeDatabase) -> None:
    """Each route is tested on SQLite as well, which sees to it on PostgreSQL's behalf."""
    database = await sqlite_database()
    async with database.looking_up() as connection:
        with pytest.raises(OperationalError):
            await connection.execute(disowned.insert(), {"event_id": "an event", "by": "kari", "at": START})
    async with database.reading() as connection:
        assert await count(connection) == 0
