"""How a service opens its database: SQLite with one writer and many readers, or PostgreSQL.

Errors hide the parameters of their statement: these may be personal data, and errors are logged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, TypeDecorator, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

READERS = 5  # connections kept for reading on SQLite, and in all on PostgreSQL beside the writers
# Errors that say nothing about the statement: serialisation failure, deadlock, lock time-out, shutting down, starting up,
# too many connections. A connection that is lost is recognised by SQLAlchemy itself.
PASSING = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"}

# A number that the database counts up; SQLite does so for INTEGER only.
Counted = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """A moment, stored in UTC and read back aware of it, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One service's database. Everything that changes goes through `transaction`, everything that reads through `reading`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite(self.url, "BEGIN IMMEDIATE", pool_size=1)
            self.reader = _sqlite(self.url, "BEGIN", pool_size=READERS)
        else:
            self.writer = self.reader = create_async_engine(
                self.url,
                pool_size=READERS,
                max_overflow=READERS,
                pool_pre_ping=True,
                isolation_level="READ COMMITTED",
                hide_parameters=True,
            )
        self._listeners: list[Callable[[], None]] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; committed at the end, rolled back on an exception."""
        async with self.writer.begin() as connection:
            yield connection
        for committed in self._listeners:
            committed()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One consistent look that never waits for a writer."""
        async with self.reader.begin() as connection:
            yield connection

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call this after each commit of `transaction` in this process; it must not block."""
        self._listeners.append(listener)

    async def answers(self) -> bool:
        """Whether the database can be reached now."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (DBAPIError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        for engine in {self.writer, self.reader}:
            await engine.dispose()


def is_passing(error: BaseException) -> bool:
    """Whether an error is the database's condition and not the statement's fault: worth trying again as it is."""
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    original: Any = error.orig
    code = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return code in PASSING or (code or "").startswith("08") or "database is locked" in str(original)


def _sqlite(url: URL, begin: str, *, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=60, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _: object) -> None:
        # sqlite3 would otherwise begin a transaction only at the first write, and updates get lost.
        connection.isolation_level = None
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"]
        if begin == "BEGIN":
            pragmas.append("query_only=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
