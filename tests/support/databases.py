"""Databases for tests: fresh, migrated, on SQLite and on PostgreSQL, gone afterwards."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import pytest
from sqlalchemy import Connection, Engine, Table, event, func, make_url, select

from shared import clock, database, migrations
from shared.database import Database
from tests.support.postgres import Postgres
from tests.support.processes import HOST
from tests.support.waiting import PATIENCE

# A busy machine takes its time to let one in, and a test is no place to find that out.
database.CONNECT_TIME_OUT = PATIENCE

_numbers = itertools.count(1)


class Compiled(dict[tuple[Any, ...], Any]):
    """Statements as they were compiled for one database are right for all of its kind, as for a service that runs for long.

    Each database that a test makes would otherwise begin with none: a fifth of what a test of a service takes.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(_of_any(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(_of_any(key), compiled)


def _of_any(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return type(dialect), *statement


_compiled = Compiled()


@event.listens_for(Engine, "engine_connect")
def _share_compiled(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)


class MakeDatabase(Protocol):
    """Gives a database as a service finds it after `migrate`. Without a service it has the kernel's tables and the clock.

    Its clock is simulated and stands at `shared.clock.START`, unless `simulated` says otherwise.
    """

    def __call__(self, service: str | None = None, *, simulated: bool = True) -> Awaitable[Database]: ...


async def set_clock(database: Database, to: datetime) -> None:
    """Move a simulated clock forward."""
    async with database.transaction() as connection:
        await clock.move(connection, to)


async def count(database: Database, table: Table, *where: Any) -> int:
    """How many rows a table has of which all of `where` holds."""
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table).where(*where))).scalar_one()


class SqliteDatabases:
    """Files, each a copy of one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates: dict[str | None, Path] = {}

    async def create(self, service: str | None) -> str:
        """The URL of a new database."""
        template = self._templates.get(service)
        if template is None:
            template = self._folder / f"{service or 'kernel'}.db"
            await _migrate(f"sqlite+aiosqlite:///{template}", service)
            self._templates[service] = template
        path = self._folder / f"{next(_numbers)}" / f"{service or 'kernel'}.db"
        path.parent.mkdir()
        shutil.copy(template, path)
        return f"sqlite+aiosqlite:///{path}"

    async def copy(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""
        path = self._folder / f"{next(_numbers)}" / "copy.db"
        path.parent.mkdir()
        for file in Path(make_url(url).database or "").parent.glob("*.db*"):
            if not file.name.endswith(".lock"):
                shutil.copy(file, path.parent / f"copy{file.name[file.name.index('.db') :]}")
        return f"sqlite+aiosqlite:///{path}"

    async def remove(self, url: str) -> None:
        shutil.rmtree(Path(make_url(url).database or "").parent)


class PostgresDatabases:
    """Databases of one server, each a copy of one that was migrated once."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._templates: dict[str | None, str] = {}

    async def create(self, service: str | None) -> str:
        """The URL of a new database."""
        template = self._templates.get(service)
        if template is None:
            template = f"{service or 'kernel'}_template"
            await self.execute(f"DROP DATABASE IF EXISTS {template}")  # half made when a migration failed
            await self.execute(f"CREATE DATABASE {template}")
            await _migrate(self._server.url(template), service)
            self._templates[service] = template
        return await self._copy(template, f"{service or 'kernel'}_{next(_numbers)}")

    async def copy(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""
        return await self._copy(make_url(url).database or "", f"copy_{next(_numbers)}")

    async def remove(self, url: str) -> None:
        await self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    async def execute(self, statement: str) -> None:
        async with self._connection() as connection:
            await connection.execute(statement)

    async def _copy(self, template: str, name: str) -> str:
        """File by file, which takes half as long as through the log. Before 15 there is no other way, and no word for it."""
        async with self._connection() as connection:
            how = " STRATEGY file_copy" if connection.get_server_version().major >= 15 else ""
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{how}")
        return self._server.url(name)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(host=HOST, port=self._server.port, user="postgres", database="postgres")
        try:
            yield connection
        finally:
            await connection.close()


async def new_database(server: Postgres) -> str:
    """The URL of one without tables. It goes with the server, which lives as long as the tests."""
    name = f"new_{next(_numbers)}"
    await PostgresDatabases(server).execute(f"CREATE DATABASE {name}")
    return server.url(name)


async def _migrate(url: str, service: str | None) -> None:
    database = Database(url)
    try:
        await migrations.upgrade(database, service)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(postgres: Postgres) -> PostgresDatabases:
    return PostgresDatabases(postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> SqliteDatabases | PostgresDatabases:
    """Where `make_database` makes them: a test that asks for it runs on both."""
    name = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    found: SqliteDatabases | PostgresDatabases = request.getfixturevalue(name)
    return found


@pytest.fixture
async def make_database(databases: SqliteDatabases | PostgresDatabases) -> AsyncIterator[MakeDatabase]:
    """For tests that run on SQLite and on PostgreSQL."""
    async with _making(databases) as make:
        yield make


CopyDatabase = Callable[[Database], Awaitable[Database]]


@pytest.fixture
async def copy_database(databases: SqliteDatabases | PostgresDatabases) -> AsyncIterator[CopyDatabase]:
    """Gives a database as another is now. Nobody else may be connected to that one."""
    made: list[tuple[str, Database]] = []

    async def copy(database: Database) -> Database:
        await database.close()
        url = await databases.copy(database.url.render_as_string(hide_password=False))
        made.append((url, Database(url)))
        return made[-1][1]

    try:
        yield copy
    finally:
        for url, database in made:
            await database.close()
            await databases.remove(url)


@pytest.fixture
async def sqlite_database(sqlite_databases: SqliteDatabases) -> AsyncIterator[MakeDatabase]:
    async with _making(sqlite_databases) as make:
        yield make


@pytest.fixture
async def postgres_database(postgres_databases: PostgresDatabases) -> AsyncIterator[MakeDatabase]:
    async with _making(postgres_databases) as make:
        yield make


@asynccontextmanager
async def _making(databases: SqliteDatabases | PostgresDatabases) -> AsyncIterator[MakeDatabase]:
    made: list[tuple[str, Database]] = []

    async def make(service: str | None = None, *, simulated: bool = True) -> Database:
        url = await databases.create(service)
        database = Database(url)
        made.append((url, database))
        async with database.transaction() as connection:
            await clock.prepare(connection, simulated=simulated)
        return database

    try:
        yield make
    finally:
        for url, database in made:
            await database.close()
            await databases.remove(url)
