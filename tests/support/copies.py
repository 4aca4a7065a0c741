"""Copies of a database, put back in its place: what happens when a backup is restored, or a stand-by takes over."""

from __future__ import annotations

import itertools
from pathlib import Path

import asyncpg
from sqlalchemy import text

from shared.database import Database
from tests.support.postgres import Postgres
from tests.support.processes import HOST

_numbers = itertools.count(1)


class Copies:
    """On SQLite a copy is a file, on PostgreSQL a database."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._postgres = postgres

    @property
    def are_of_files(self) -> bool:
        """And can be taken while they are used."""
        return self._postgres is None

    async def take(self, database: Database) -> str:
        """Where the copy is. On PostgreSQL nobody else may be connected."""
        copy = f"copy_{next(_numbers)}"
        if self._postgres is not None:
            await database.writer.dispose()
            await self._execute(f"CREATE DATABASE {copy} TEMPLATE {database.url.database}")
            return copy
        path = self._folder / f"{copy}.db"
        async with database.writer.connect() as connection:
            await connection.exec_driver_sql("ROLLBACK")  # of the transaction that a connection begins with
            await connection.execute(text("VACUUM INTO :path"), {"path": str(path)})
        return str(path)

    async def exchange(self, database: Database, copy: str) -> str:
        """Put a copy in the database's place; where what stood there is now. On PostgreSQL every connection is ended."""
        other = f"copy_{next(_numbers)}"
        name = database.url.database or ""
        if self._postgres is not None:
            await database.writer.dispose()
            await self._execute(
                f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 - ours
                f"ALTER DATABASE {name} RENAME TO {other}",
                f"ALTER DATABASE {copy} RENAME TO {name}",
                f"ALTER DATABASE {other} ALLOW_CONNECTIONS true",
                f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",
            )
            return other
        aside = self._folder / f"{other}.db"
        for beside in ("", "-wal", "-shm"):  # what is committed may still stand in the file beside it
            _move(Path(name + beside), Path(f"{aside}{beside}"))
            _move(Path(copy + beside), Path(name + beside))
        return str(aside)

    async def _execute(self, *statements: str) -> None:
        assert self._postgres is not None
        connection = await asyncpg.connect(host=HOST, port=self._postgres.port, user="postgres", database="postgres")
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def _move(path: Path, to: Path) -> None:
    if path.exists():
        path.rename(to)
