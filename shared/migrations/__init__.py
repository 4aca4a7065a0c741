"""Brings a service's database up to date: the kernel's and the clock's tables, and the service's own.

Two branches of revisions stand in each database: `kernel`, beside this file, and the service's, in its own folder.
Their heads are kept in one `alembic_version`; steps.py says which of them run when.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.database import Database
from shared.migrations.grants import grant
from shared.migrations.steps import Kind, Schema, Step, note, read_schema

HERE = Path(__file__).parent
KERNEL = HERE / "versions"
SERVICES = HERE.parents[1] / "services"
# Whoever holds this on PostgreSQL migrates; replicas that start at the same moment wait for it.
LOCK = 7_310_824
# Milliseconds. Whoever comes after a migration that waits for a table waits behind it, so it does not wait for long; what
# was done is rolled back then, and may be tried again.
LOCK_LIMIT = 5_000


async def upgrade(
    database: Database, service: str | None = None, *, kind: Kind | None = None, serving_role: str | None = None
) -> list[str]:
    """Run the migrations of a kind that come next, in one transaction; without a kind, and on a new database, all.

    Without a service only the kernel's and the clock's tables are made. Returns the revisions that were run. Nothing is run
    where a newer version has migrated, if what it ran only adds. A `serving_role` that owns nothing is granted what it needs.
    Raises WrongSchema, grants.NoSuchRole, and FileNotFoundError for a service that has no migrations.
    """
    config = config_of(service)
    async with _migrating(database) as connection:
        ran = await connection.run_sync(_upgrade, config, service, kind)
        if serving_role is not None and not database.is_sqlite:
            await connection.run_sync(grant, serving_role)
        return ran


async def look(database: Database, service: str | None) -> Schema:
    """How far a database is."""
    config = config_of(service)
    async with database.reading() as connection:
        return await connection.run_sync(read_schema, config, _branches(service))


def versions_of(service: str | None) -> Path:
    """The folder of a service's own migrations; without a service, of the kernel's and the clock's."""
    return KERNEL if service is None else SERVICES / service / "migrations" / "versions"


def config_of(service: str | None) -> Config:
    """Alembic's configuration, which stands in no file."""
    locations = [versions_of(it) for it in dict.fromkeys((None, service))]
    for location in locations:
        if not location.is_dir():
            raise FileNotFoundError(location)
    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", _escaped(str(HERE)))
    config.set_main_option("version_locations", _escaped("\n".join(map(str, locations))))
    return config


@asynccontextmanager
async def _migrating(database: Database) -> AsyncIterator[AsyncConnection]:
    """The transaction that everything is run in, when it is its turn."""
    if database.is_sqlite:
        async with database.writer.begin() as connection:  # takes the write lock, which keeps others out
            yield connection
        return
    # An engine of its own: a statement may take as long as it needs, which those that serve may not.
    arguments = database.connect_arguments()
    arguments |= {"command_timeout": None, "server_settings": arguments["server_settings"] | {"statement_timeout": "0"}}
    engine = create_async_engine(database.url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = 0"))  # as long as another replica migrates
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_LIMIT}"))
            yield connection
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, config: Config, service: str | None, kind: Kind | None) -> list[str]:
    config.attributes["connection"] = connection
    steps: list[Step] = []
    for some in read_schema(connection, config, _branches(service)).next_steps(kind):
        if some:
            command.upgrade(config, some[-1].revision)
        steps += some
    note(connection, steps)
    return [it.revision for it in steps]


def _branches(service: str | None) -> list[str]:
    """The kernel's first: a service's own migration may move rows into the kernel's tables."""
    return ["kernel", *([service] if service else [])]


def _escaped(value: str) -> str:
    return value.replace("%", "%%")  # configparser would take a % in a path for its own
