"""What stood marked in a database of 0.1 is marked after the migrations, and so is worked off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection

from shared import migrations
from shared.database import Database, Instant
from shared.messaging.tables import work_lock, work_mark
from tests.support.databases import new_database

SINCE = datetime(2024, 9, 24, 12, tzinfo=UTC)
PROGRAMME, PARTY, OTHER = "regionalt-2024-2025", "942110464", "938587051"
AGREEMENT, SESSION = "agreement-1", "session-1"


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Without tables."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
    else:
        url = await new_database(request.getfixturevalue("postgres"))
    database = Database(url)
    yield database
    await database.close()


async def upgrade(database: Database, service: str, *targets: str) -> None:
    def run(connection: Connection) -> None:
        config = migrations.config_of(service)
        config.attributes["connection"] = connection
        for target in targets:
            command.upgrade(config, target)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)


async def add(database: Database, table: str, *rows: Mapping[str, Any]) -> None:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [sa.column(name, Instant if name == "since" else None) for name in names]
    async with database.transaction() as connection:
        await connection.execute(sa.insert(sa.table(table, *columns)), rows)


async def marks(database: Database) -> list[tuple[str, str, str | None]]:
    async with database.reading() as connection:
        query = sa.select(work_mark.c.work, work_mark.c.key, work_mark.c.part).order_by(work_mark.c.id)
        return [tuple(row) for row in await connection.execute(query)]


async def locks(database: Database) -> set[tuple[str, str]]:
    async with database.reading() as connection:
        return {(row.work, row.key) for row in await connection.execute(sa.select(work_lock))}


async def test_billings_marks_and_the_programmes_that_it_knows_are_carried_over(database: Database) -> None:
    await upgrade(database, "billing", "kernel_0001", "billing_0001")
    await add(database, "programme_lock", {"programme": PROGRAMME}, {"programme": "another"})
    await add(
        database,
        "mark",
        {"programme": PROGRAMME, "agreement": AGREEMENT},
        {"programme": PROGRAMME, "agreement": AGREEMENT},
        {"programme": PROGRAMME, "agreement": None},
    )
    await add(database, "party_mark", {"party": PARTY})
    await migrations.upgrade(database, "billing")
    assert await marks(database) == [
        ("issue what is due", PROGRAMME, AGREEMENT),
        ("issue what is due", PROGRAMME, AGREEMENT),
        ("issue what is due", PROGRAMME, None),
        ("look at parties", "all", PARTY),
    ]
    assert await locks(database) == {
        ("issue what is due", PROGRAMME),
        ("issue what is due", "another"),
        ("look at parties", "all"),
    }


async def test_notifications_marks_are_carried_over_with_the_moment_they_wait_since(database: Database) -> None:
    await upgrade(database, "notifications", "kernel_0001", "notifications_0001")
    await add(database, "programme_lock", {"programme": PROGRAMME})
    await add(
        database,
        "mailing_mark",
        {"programme": PROGRAMME, "party": PARTY},
        {"programme": "another", "party": None},
        {"programme": None, "party": OTHER},
    )
    await add(
        database,
        "calendar_mark",
        {"programme": PROGRAMME, "party": PARTY, "session": None, "since": SINCE},
        {"programme": PROGRAMME, "party": None, "session": SESSION, "since": SINCE},
        {"programme": PROGRAMME, "party": None, "session": None, "since": SINCE},
        {"programme": None, "party": OTHER, "session": None, "since": SINCE},
    )
    await migrations.upgrade(database, "notifications")
    assert await marks(database) == [
        ("write mailings", PROGRAMME, PARTY),
        ("write mailings", "another", None),
        ("look at mailings of parties", "all", OTHER),
        ("update calendars", PROGRAMME, f"party/{PARTY}"),
        ("update calendars", PROGRAMME, f"session/{SESSION}"),
        ("update calendars", PROGRAMME, None),
        ("look at calendars of parties", "all", OTHER),
    ]
    assert await locks(database) == {
        ("write mailings", PROGRAMME),
        ("write mailings", "another"),
        ("update calendars", PROGRAMME),
        ("look at mailings of parties", "all"),
        ("look at calendars of parties", "all"),
    }
    async with database.reading() as connection:
        query = sa.select(work_mark.c.left_at).where(work_mark.c.work == "update calendars").distinct()
        assert (await connection.execute(query)).scalars().all() == [SINCE]


@pytest.mark.parametrize("service", ["billing", "notifications"])
async def test_a_database_without_marks_gets_none(database: Database, service: str) -> None:
    await upgrade(database, service, "kernel_0001", f"{service}_0001")
    await migrations.upgrade(database, service)
    assert await marks(database) == []
    assert await locks(database) == set()
