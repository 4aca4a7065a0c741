"""Brings a service's database up to date: the kernel's and the clock's tables, and the service's own.

Two branches of revisions stand in each database: `kernel`, beside this file, and the service's, in its own folder.
Their heads are kept in one `alembic_version`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from shared.database import Database

HERE = Path(__file__).parent
KERNEL = HERE / "versions"
SERVICES = HERE.parents[1] / "services"
# Whoever holds this on PostgreSQL migrates; replicas that start at the same moment wait for it.
LOCK = 7_310_824


async def upgrade(database: Database, service: str | None = None) -> None:
    """Run every migration that has not been run, in one transaction. Running it again changes nothing.

    Without a service only the kernel's and the clock's tables are made. Raises FileNotFoundError for a service that
    has no migrations.
    """
    config = config_of(service)
    async with database.writer.begin() as connection:  # on SQLite this takes the write lock, which keeps others out
        if not database.is_sqlite:
            await connection.execute(text("SET LOCAL lock_timeout = 0"))  # as long as another replica migrates
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(_upgrade, config)


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


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    # The kernel's first: a service's own migration may move rows into the kernel's tables.
    for target in ("kernel@head", "heads"):
        command.upgrade(config, target)


def _escaped(value: str) -> str:
    return value.replace("%", "%%")  # configparser would take a % in a path for its own
