"""What the migrations make is what the code believes to find."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from deploy.write_migration import tables_of
from shared import migrations
from shared.database import Database
from tests.support.databases import MakeDatabase, new_database
from tests.support.postgres import Postgres
from tests.support.structure import make_anew, structure_of, triggers_of

SERVICES = sorted(path.parents[1].name for path in migrations.SERVICES.glob("*/migrations/versions"))
EVERYTHING = [None, *SERVICES]


# By service, the triggers that its migrations make: they stand in no tables.py. The kernel's are in each database.
TRIGGERS = {
    "": {
        "sqlite": {("kept_file", f"kept_file_refuses_{change}") for change in ("update", "delete", "replace")},
        "postgresql": {("kept_file", "kept_file_stays")},
    },
    "billing": {
        "sqlite": {
            *(
                (table, f"{table}_refuses_{change}")
                for table in ("invoice", "credit_note", "chain", "series")
                for change in ("update", "delete", "replace")
            ),
            *(("series", f"series_refuses_{change}") for change in ("insert", "raise")),
        },
        "postgresql": {
            *((table, f"{table}_stays") for table in ("invoice", "credit_note", "chain", "series")),
            ("series", "series_counts_what_is_issued"),
        },
    },
    "registration": {
        "sqlite": {
            ("agreement_document", f"agreement_document_refuses_{change}") for change in ("update", "delete", "replace")
        },
        "postgresql": {("agreement_document", "agreement_document_stays")},
    },
}


def all_tables_of(service: str | None) -> list[MetaData]:
    """What stands in its database."""
    return [tables_of(it) for it in dict.fromkeys((None, service))]


async def revisions(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars())


@pytest.mark.parametrize("service", EVERYTHING)
async def test_migrations_make_the_tables_that_the_code_works_with(
    make_database: MakeDatabase, service: str | None
) -> None:
    """With their keys, constraints, indexes and defaults: as SQLAlchemy would make them from tables.py."""
    made = await make_anew(await make_database(), *all_tables_of(service))
    assert await structure_of(await make_database(service)) == await structure_of(made)


@pytest.mark.parametrize("service", EVERYTHING)
async def test_migrations_make_the_triggers_that_are_counted_on(
    make_database: MakeDatabase, service: str | None
) -> None:
    database = await make_database(service)
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    made = {it for owner in {"", service or ""} for it in TRIGGERS.get(owner, {}).get(dialect, set())}
    assert set(await triggers_of(database)) == made


@pytest.mark.parametrize("service", EVERYTHING)
async def test_no_migration_loses_a_trigger(make_database: MakeDatabase, service: str | None) -> None:
    """Where it copies a table, as Alembic's batches do on SQLite, it has to make the triggers again."""
    database = await make_database()
    steps = list(ScriptDirectory.from_config(migrations.config_of(service)).walk_revisions())
    before: dict[tuple[str, str], str] = {}
    for step in reversed(steps):
        await upgrade(database, service, step.revision)
        after = await triggers_of(database)
        assert before.items() <= after.items(), step.path
        before = after


async def upgrade(database: Database, service: str | None, revision: str) -> None:
    config = migrations.config_of(service)

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)


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
    assert await revisions(replicas[0]) == set(ScriptDirectory.from_config(migrations.config_of(None)).get_heads())
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


@pytest.mark.parametrize("service", EVERYTHING)
def test_a_migration_imports_nothing_of_ours_so_that_it_stays_what_it_was(service: str | None) -> None:
    """The first ones of the services are released as they are."""
    scripts = ScriptDirectory.from_config(migrations.config_of(service))
    for revision in scripts.walk_revisions():
        source = Path(revision.path).read_text(encoding="utf-8")
        assert revision.down_revision is None or not re.search(
            r"^(from|import) (shared|services)", source, re.MULTILINE
        )
