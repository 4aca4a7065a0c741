"""Plans of programmes that were there before plans were published count as published: an upgrade cancels nobody's entries (S6)."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import command

from services.notifications import tables as of_notifications
from services.scheduling import tables as of_scheduling
from shared import migrations
from shared.database import Database
from tests.support.databases import MakeDatabase


async def upgrade(database: Database, service: str, *targets: str) -> None:
    def run(connection: sa.Connection) -> None:
        config = migrations.config_of(service)
        config.attributes["connection"] = connection
        for target in targets:
            command.upgrade(config, target)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)


async def add(database: Database, table: str, **row: Any) -> None:
    async with database.transaction() as connection:
        await connection.execute(sa.insert(sa.table(table, *map(sa.column, row))), row)


async def plans(database: Database, table: sa.Table) -> list[tuple[str, int, int]]:
    async with database.reading() as connection:
        query = sa.select(table.c.programme, table.c.version, table.c.revision).order_by(table.c.programme)
        return [tuple(row) for row in await connection.execute(query)]


async def test_scheduling_takes_the_programmes_that_it_knows_for_published(make_database: MakeDatabase) -> None:
    database = await make_database()
    await upgrade(database, "scheduling", "scheduling_0008")
    days = {"version": 1, "period_start": date(2024, 8, 1), "period_end": date(2025, 12, 31)}
    await add(database, "programme", code="known", **days, deleted=False)
    await add(database, "programme", code="gone", **days, deleted=True)
    await migrations.upgrade(database, "scheduling")
    assert await plans(database, of_scheduling.plan) == [("known", 0, 1)]


async def test_notifications_takes_every_programme_that_it_has_heard_of_for_published(
    make_database: MakeDatabase,
) -> None:
    """Of a session it may have heard before it has of its programme."""
    database = await make_database()
    await upgrade(database, "notifications", "notifications_0010")
    await add(database, "programme", code="known", version=1, name="Program")
    session = {"version": 1, "kind": "joint_session", "format": "physical", "cancelled": False, "completed": False}
    for n, code in enumerate(("known", "heard-of")):
        await add(database, "session", id=f"session-{n}", programme=code, **session)
    await migrations.upgrade(database, "notifications")
    assert await plans(database, of_notifications.plan) == [("heard-of", 0, 1), ("known", 0, 1)]
