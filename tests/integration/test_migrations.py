"""What the migrations make is what the code believes to find."""

from __future__ import annotations

import asyncio
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from shared import clock, migrations
from shared.database import Database
from shared.messaging import tables as kernel
from tests.support.databases import MakeDatabase, new_database
from tests.support.postgres import Postgres

SERVICES = sorted(path.parents[1].name for path in migrations.SERVICES.glob("*/migrations/versions"))
EVERYTHING = [None, *SERVICES]


def believed(service: str | None) -> MetaData:
    """The tables that the code of a service works with."""
    own = [import_module(f"services.{service}.tables").metadata] if service else []
    together = MetaData()
    for metadata in (kernel.metadata, clock.metadata, *own):
        for table in metadata.sorted_tables:
            table.to_metadata(together)
    return together


async def revisions(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars())


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite does not tell of them, so they are not compared
@pytest.mark.parametrize("service", EVERYTHING)
async def test_migrations_make_the_tables_that_the_code_works_with(
    make_database: MakeDatabase, service: str | None
) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection)
        return list(compare_metadata(context, believed(service)))

    database = await make_database(service)
    async with database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("service", EVERYTHING)
async def test_migrating_again_changes_nothing(make_database: MakeDatabase, service: str | None) -> None:
    database = await make_database(service)
    before = await revisions(database)
    await migrations.upgrade(database, service)
    assert await revisions(database) == before
    assert len(before) == (1 if service is None else 2)


async def test_replicas_that_start_at_the_same_moment_migrate_once(postgres: Postgres) -> None:
    url = await new_database(postgres)
    replicas = [Database(url) for _ in range(6)]
    await asyncio.gather(*(migrations.upgrade(replica) for replica in replicas))
    assert await revisions(replicas[0]) == {"kernel_0002"}
    for replica in replicas:
        await replica.close()


async def test_a_service_without_migrations_is_refused(make_database: MakeDatabase) -> None:
    database = await make_database()
    with pytest.raises(FileNotFoundError):
        await migrations.upgrade(database, "cafeteria")


@pytest.mark.parametrize("service", EVERYTHING)
def test_a_migration_says_in_its_name_whether_it_runs_before_or_after_the_roll_out(service: str | None) -> None:
    scripts = ScriptDirectory.from_config(migrations.config_of(service))
    for revision in scripts.walk_revisions():
        assert "_pre_" in revision.path or "_post_" in revision.path
