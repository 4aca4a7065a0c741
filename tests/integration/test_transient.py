"""Errors that pass by themselves, each caused for real, on both databases; and some that do not."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.database import Database
from shared.transient import is_transient
from tests.support.postgres import Postgres
from tests.support.waiting import eventually

TABLE = "CREATE TABLE pupil (id int PRIMARY KEY, name varchar(10))"


async def execute(database: Database, *statements: str) -> None:
    async with database.transaction() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@contextmanager
def raises_transient(said: str) -> Iterator[None]:
    with pytest.raises((DBAPIError, OSError), match=said) as raised:
        yield
    assert is_transient(raised.value), raised.value


@contextmanager
def raises_a_fault(said: str) -> Iterator[None]:
    with pytest.raises(DBAPIError, match=said) as raised:
        yield
    assert not is_transient(raised.value), raised.value


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One of its own, since most of these tests harm it."""
    found = Postgres()
    try:
        found.start()
        yield found
    finally:
        found.remove()


@pytest.fixture
async def database(server: Postgres) -> AsyncIterator[Database]:
    found = Database(server.url("postgres"))
    await execute(
        found,
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        TABLE,
        "INSERT INTO pupil VALUES (1, 'Ola'), (2, 'Kari')",
    )
    yield found
    await found.close()


@asynccontextmanager
async def session(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection of somebody else's, that commits each statement."""
    engine = create_async_engine(database.url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE pupil ALTER COLUMN name TYPE text",
        "ALTER TABLE pupil ADD COLUMN instrument text",
        "ALTER TABLE pupil DROP COLUMN name",
    ],
)
async def test_a_cached_statement_after_a_change_of_the_schema(database: Database, change: str) -> None:
    await execute(database, "SELECT * FROM pupil")
    async with session(database) as other:
        await other.execute(text(change))
    with raises_transient("cached statement plan is invalid"):
        await execute(database, "SELECT * FROM pupil")
    await execute(database, "SELECT * FROM pupil")


async def test_a_cached_statement_whose_type_was_made_anew(database: Database) -> None:
    await execute(database, "CREATE TYPE mood AS ENUM ('glad')", "ALTER TABLE pupil ADD COLUMN mood mood")
    await execute(database, "SELECT mood FROM pupil")
    async with session(database) as other:
        await other.execute(text("DROP TYPE mood CASCADE"))
        await other.execute(text("CREATE TYPE mood AS ENUM ('glad')"))
        await other.execute(text("ALTER TABLE pupil ADD COLUMN mood mood"))
    with raises_transient("cached statement plan is invalid|cache lookup failed"):
        await execute(database, "SELECT mood FROM pupil")
    await execute(database, "SELECT mood FROM pupil")


async def test_a_backend_that_is_ended(database: Database) -> None:
    with raises_transient("terminating connection|connection was closed"):
        await execute(database, "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")


async def test_a_statement_that_is_cancelled(database: Database) -> None:
    with raises_transient("canceling statement due to user request"):
        await execute(database, "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)")


async def test_a_statement_that_takes_too_long(database: Database) -> None:
    with raises_transient("canceling statement due to statement timeout"):
        await execute(database, "SET LOCAL statement_timeout = 20", "SELECT pg_sleep(60)")


async def test_a_lock_that_is_not_had_in_time(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("LOCK TABLE pupil"))
        with raises_transient("lock timeout"):
            await execute(database, "SET LOCAL lock_timeout = 20", "SELECT 1 FROM pupil")


async def test_a_row_that_is_locked(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("SELECT 1 FROM pupil FOR UPDATE"))
        with raises_transient("could not obtain lock"):
            await execute(database, "SELECT 1 FROM pupil FOR UPDATE NOWAIT")


async def test_a_deadlock(database: Database) -> None:
    both = asyncio.Barrier(2)
    lock_row = text("SELECT 1 FROM pupil WHERE id = :id FOR UPDATE")

    async def lock(first: int, second: int) -> None:
        async with database.transaction() as connection:
            await connection.execute(text("SET LOCAL deadlock_timeout = 20"))
            await connection.execute(lock_row, {"id": first})
            await both.wait()
            await connection.execute(lock_row, {"id": second})

    found = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
    (raised,) = (it for it in found if it is not None)
    assert "deadlock detected" in str(raised)
    assert is_transient(raised)


async def test_two_transactions_that_cannot_both_have_been(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await connection.execute(text("SELECT 1 FROM pupil"))
        await execute(database, "UPDATE pupil SET name = 'Per'")
        with raises_transient("could not serialize access"):
            await connection.execute(text("UPDATE pupil SET name = 'Nils'"))


async def test_two_changes_of_the_same_thing(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("GRANT SELECT ON pupil TO pg_monitor"))
        other = asyncio.create_task(execute(database, "GRANT SELECT ON pupil TO pg_read_all_stats"))
        async with session(database) as looking:
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

            async def it_waits() -> bool:
                return bool((await looking.execute(waits)).scalar())

            await eventually(it_waits)
    with raises_transient("tuple concurrently updated"):
        await other


async def test_a_transaction_that_is_idle_for_too_long(database: Database) -> None:
    with raises_transient("idle-in-transaction timeout|connection is closed|connection was closed"):
        async with database.transaction() as connection:
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 10"))
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await eventually(driver.is_closed)
            await connection.execute(text("SELECT 1"))


async def test_a_transaction_that_takes_too_long(database: Database) -> None:
    async with session(database) as other:
        version = (await other.execute(text("SHOW server_version_num"))).scalar_one()
    if int(version) < 170_000:
        pytest.skip("PostgreSQL has it since version 17")
    with raises_transient("transaction timeout|connection was closed"):
        await execute(database, "SET LOCAL transaction_timeout = 20", "SELECT pg_sleep(60)")


async def test_a_disk_that_is_full(database: Database) -> None:
    with raises_transient("No space left on device"):
        await execute(database, "COPY (SELECT generate_series(1, 100000)) TO '/dev/full'")


async def test_memory_that_is_full(database: Database) -> None:
    with raises_transient("out of shared memory"):
        await execute(database, "SELECT pg_advisory_xact_lock(it) FROM generate_series(1, 1000000) AS it")


async def test_more_than_a_limit_that_somebody_set(database: Database) -> None:
    with raises_transient("temporary file size exceeds"):
        await execute(
            database,
            "SET LOCAL temp_file_limit = 1",
            "SET LOCAL work_mem = '64kB'",
            "SELECT it FROM generate_series(1, 100000) AS it ORDER BY -it",
        )


@asynccontextmanager
async def user(database: Database, *statements: str) -> AsyncIterator[Database]:
    """The database as one of its users sees it who is no superuser, after these statements."""
    found = Database(database.url.set(username="kari").render_as_string(hide_password=False))
    async with session(database) as other:
        await other.execute(text("CREATE ROLE kari LOGIN"))
        for statement in statements:
            await other.execute(text(statement))
        try:
            yield found
        finally:
            await found.close()
            for name in ("kari", "PUBLIC"):
                await other.execute(text(f"GRANT CONNECT ON DATABASE postgres TO {name}"))
            await other.execute(text("DROP OWNED BY kari"))
            await other.execute(text("DROP ROLE kari"))


async def test_too_many_connections(database: Database) -> None:
    async with user(database, "ALTER ROLE kari CONNECTION LIMIT 1") as kari, kari.transaction():
        with raises_transient("too many connections"):
            await execute(kari, "SELECT 1")


async def test_a_user_that_is_not_let_in_meanwhile(database: Database) -> None:
    async with user(database, "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC") as kari:
        with raises_transient("permission denied for database"):
            await execute(kari, "SELECT 1")
    async with user(database, "ALTER ROLE kari NOLOGIN") as kari:
        with raises_transient("is not permitted to log in"):
            await execute(kari, "SELECT 1")


async def test_a_password_that_is_being_changed(server: Postgres, database: Database) -> None:
    with server.authenticating("kari", by="scram-sha-256"):
        async with user(database, "SELECT pg_reload_conf()", "ALTER ROLE kari PASSWORD 'new'") as kari:
            kari_with_the_old = Database(kari.url.set(password="old").render_as_string(hide_password=False))
            with raises_transient("password authentication failed"):
                await execute(kari_with_the_old, "SELECT 1")


async def test_a_database_that_is_being_put_back(database: Database) -> None:
    there = Database(database.url.set(database="put_back").render_as_string(hide_password=False))
    with raises_transient("does not exist"):
        await execute(there, "SELECT 1")
    async with session(database) as other:
        await other.execute(text("CREATE DATABASE put_back ALLOW_CONNECTIONS false"))
        with raises_transient("not currently accepting connections"):
            await execute(there, "SELECT 1")
        await other.execute(text("ALTER DATABASE put_back ALLOW_CONNECTIONS true"))
        with raises_transient("closed|terminating connection|was closed"):
            async with there.transaction() as connection:
                await other.execute(text("DROP DATABASE put_back WITH (FORCE)"))
                await connection.execute(text("SELECT 1"))
    await there.close()


async def test_a_server_that_is_shut_down_or_away(server: Postgres, database: Database) -> None:
    with raises_transient("closed|terminating connection"):
        async with database.transaction() as connection:
            with server.down():
                await connection.execute(text("SELECT 1"))
    with server.down(), raises_transient("Connect call failed|refused"):
        await execute(database, "SELECT 1")
    await execute(database, "SELECT 1")


async def test_a_server_one_of_whose_processes_died(server: Postgres, database: Database) -> None:
    with raises_transient("closed|terminating connection|crash"):
        async with database.transaction() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            server.kill_backend(driver.get_server_pid())
            await connection.execute(text("SELECT 1"))
    # It may still be about to end the other processes, and would do so in the middle of the next test.
    with server.down():
        pass
    await eventually(database.answers)


async def test_a_server_that_only_reads(server: Postgres, database: Database) -> None:
    await database.close()
    with server.standing_by():
        with raises_transient("read-only transaction"):
            await execute(database, "INSERT INTO pupil VALUES (3, 'Siv')")
        await database.close()
        of_any = database.url.update_query_dict({"target_session_attrs": "primary"})
        only_primary = Database(of_any.render_as_string(hide_password=False))
        with raises_transient("target|None of the hosts"):
            await execute(only_primary, "SELECT 1")
    with server.standing_by(hot_standby="off"), raises_transient("not accepting connections"):
        await execute(database, "SELECT 1")
    await execute(database, "INSERT INTO pupil VALUES (3, 'Siv')")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT * FROM teacher", "does not exist"),
        ("SELEC 1", "syntax error"),
        ("INSERT INTO pupil VALUES (1, 'Ola')", "duplicate key"),
        ("INSERT INTO pupil VALUES (3, 'Ola Nordmann')", "too long"),
        ("DO $$ BEGIN RAISE 'no more pupils'; END $$", "no more pupils"),
    ],
)
async def test_a_fault_of_the_statement_does_not_pass(database: Database, statement: str, said: str) -> None:
    with raises_a_fault(said):
        await execute(database, statement)


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(f"sqlite+aiosqlite:///{tmp_path}/music.db")
    await execute(found, TABLE, "INSERT INTO pupil VALUES (1, 'Ola')")
    yield found
    await found.close()


async def test_a_file_that_another_process_writes(file: Database) -> None:
    other = sqlite3.connect(file.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with file.writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("PRAGMA busy_timeout = 1")
    with raises_transient("database is locked"):
        await execute(file, "INSERT INTO pupil VALUES (2, 'Kari')")
    other.close()


async def test_a_table_that_is_in_use(file: Database) -> None:
    async with file.writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("INSERT INTO pupil VALUES (2, 'Kari')")
        rows = await driver.execute("SELECT * FROM pupil")
        await rows.fetchone()
        with raises_transient("database table is locked"):
            await connection.execute(text("DROP TABLE pupil"))
        await rows.close()


async def test_a_file_that_has_no_more_room(file: Database) -> None:
    await execute(file, "PRAGMA max_page_count = 4")
    with raises_transient("database or disk is full"):
        await execute(file, "INSERT INTO pupil VALUES (2, zeroblob(100000))")


async def test_a_disk_that_fails(file: Database) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with raises_transient("disk I/O error"):
            await execute(file, "INSERT INTO pupil VALUES (2, zeroblob(100000))")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_file_that_can_only_be_read(file: Database) -> None:
    async with file.reading() as connection:
        with raises_transient("readonly database"):
            await connection.execute(text("INSERT INTO pupil VALUES (2, 'Kari')"))


async def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "music.db").mkdir()
    folder = Database(f"sqlite+aiosqlite:///{tmp_path}/music.db")
    before = threading.active_count()
    with raises_transient("unable to open database file"):
        await execute(folder, "SELECT 1")
    await eventually(lambda: threading.active_count() <= before)  # aiosqlite's, which nobody can wait for
    await folder.close()


async def test_a_file_that_is_gone(file: Database, tmp_path: Path) -> None:
    os.remove(tmp_path / "music.db")  # noqa: PTH107 - a Path may not be asked in an async function
    with raises_transient("No such file"):
        await execute(file, "SELECT 1")


async def test_a_statement_that_is_interrupted(file: Database) -> None:
    counting = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) FROM n"
    )
    async with file.writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        running = asyncio.create_task(_ends(connection.execute, counting))
        while not running.done():
            await driver.interrupt()
            await asyncio.sleep(0.01)
        with raises_transient("interrupted"):
            await running


async def _ends(run: Callable[[Any], Awaitable[Any]], statement: str) -> None:
    await run(text(statement))


async def test_a_connection_that_was_closed(file: Database) -> None:
    with raises_transient("no active connection|closed"):
        async with file.transaction() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.close()
            await connection.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT * FROM teacher", "no such table"),
        ("SELEC 1", "syntax error"),
        ("INSERT INTO pupil VALUES (1, 'Ola')", "UNIQUE constraint failed"),
    ],
)
async def test_a_fault_of_the_statement_does_not_pass_on_sqlite(file: Database, statement: str, said: str) -> None:
    with raises_a_fault(said):
        await execute(file, statement)
