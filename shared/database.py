"""How a service opens its database: SQLite with one writer and many readers, or PostgreSQL.

Errors hide the parameters of their statement: these may be personal data, and errors are logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlencode

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Integer,
    Table,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.points import reached

T = TypeVar("T")

SQLITE_READERS = 5
# Connections a process to PostgreSQL, for reading and writing; the relay has one more. Twelve processes (three replicas
# of four services) stay below the hundred that a server allows by default.
POOL, OVERFLOW = 4, 2
# Seconds. Without them a server or a machine that is frozen would be waited for for hours, with locks held meanwhile.
CONNECT_TIME_OUT, COMMAND_TIME_OUT, ANSWER_TIME_OUT = 5.0, 30.0, 3.0
SERVER_SETTINGS = {
    "tcp_keepalives_idle": "10",  # seconds, as are the next
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20000",  # milliseconds, as are the next
    "lock_timeout": "20000",
    "idle_in_transaction_session_timeout": "60000",
}
# Which database a connection is to. On PostgreSQL: which of which run of a server; after a failover, a restore under the
# same name or a restart it is another. On SQLite: which file, on which device. Another may be older than the one before.
Identity: TypeAlias = tuple[Any, ...]
IDENTITY = "SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()"
ANY: Identity = ()
_looked_at: ContextVar[Identity | None] = ContextVar("_looked_at", default=None)

BY_STATEMENT = "by_statement"  # of a connection to SQLite: no transaction is begun around its statements

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
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class InDoubt(OSError):
    """Nobody has looked yet whether this database is older than what was told, or it is. Worth trying again, as an outage is."""


class Database:
    """One service's database. Everything that changes goes through `transaction`, what reads through `reading` or `looking_up`."""

    def __init__(self, url: str) -> None:
        self.url, self._libpq = _without_libpq(make_url(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            # IMMEDIATE takes the only write lock before the first read: nobody writes between what a transaction reads and
            # what it writes. One connection, so that writers wait in the pool and not in SQLite, which
            # gives up after five seconds.
            self.writer = _sqlite(self.url, "BEGIN IMMEDIATE", pool_size=1)
            self.reader = _sqlite(self.url, "BEGIN", pool_size=SQLITE_READERS)
            self._by_statement = self.reader.execution_options(**{BY_STATEMENT: True})
        else:
            self.writer = create_async_engine(
                self.url,
                pool_size=POOL,
                max_overflow=OVERFLOW,
                # A statement after a lock sees what was committed while it was waited for. The snapshot of REPEATABLE READ
                # may be older than the lock; then invoices were lost (docs/adr/0001).
                isolation_level="READ COMMITTED",
                hide_parameters=True,
                connect_args=self.connect_arguments(),
            )
            event.listen(self.writer.sync_engine, "connect", _identify)
            event.listen(self.writer.sync_engine, "checkout", _check_is_open)
            # One snapshot for all statements of a reading: it takes no lock, and none of its answers is newer than another.
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._by_statement = self.writer.execution_options(isolation_level="AUTOCOMMIT")
        for engine in (self.writer, self.reader) if self.is_sqlite else (self.writer,):
            event.listen(engine.sync_engine, "checkout", self._check_is_trusted)
        self._listeners: list[Callable[[], None]] = []
        self._before_commit: list[Callable[[AsyncConnection], Awaitable[None]]] = []
        self._trusted: Identity = ANY
        self._is_closed = False
        self._doubters: list[Callable[[], None]] = []

    def connect_arguments(self) -> dict[str, Any]:
        """What every connection to PostgreSQL is made with."""
        arguments: dict[str, Any] = {
            "timeout": CONNECT_TIME_OUT,
            "command_timeout": COMMAND_TIME_OUT,
            "server_settings": SERVER_SETTINGS,
        }
        if self._libpq:  # asyncpg knows these words in a URL only
            arguments["dsn"] = f"postgresql://?{urlencode(self._libpq)}"
        return arguments

    @asynccontextmanager
    async def transaction(self, *, wakes: bool = True) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; committed at the end, rolled back on an exception.

        `wakes` says whether the listeners of `on_commit` are called. Work that is run by such a listener says no where it
        leaves nothing new to do, or it would wake itself for ever.
        """
        self._check_is_not_refused()
        async with self.writer.begin() as connection:
            yield connection
            for add in self._before_commit:
                await add(connection)
            reached("commit.before")
        reached("commit.after")
        if wakes:
            for committed in self._listeners:
                committed()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One consistent look that never waits for a writer: all of its statements see the same moment."""
        self._check_is_not_refused()
        async with self.reader.connect() as connection:  # there is nothing to commit
            yield connection

    @asynccontextmanager
    async def looking_up(self) -> AsyncIterator[AsyncConnection]:
        """For one statement, which sees one moment by itself: a transaction would go to the server and back three times.

        Where another follows, it sees a later moment. That is right for whether there is a programme of which nothing was
        found, and for little else. Nothing is written here: SQLite refuses it.
        """
        self._check_is_not_refused()
        async with self._by_statement.connect() as connection:
            yield connection

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each commit of `transaction` in this process. It must not block."""
        self._listeners.append(listener)

    def before_commit(self, add: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Have each `transaction` of this process end with what `add` writes into it."""
        self._before_commit.append(add)

    async def identity(self) -> Identity:
        """Which database answers now, trusted or not."""
        with self.looking_at(ANY):
            async with self.reader.connect() as connection:
                found: Identity = connection.sync_connection.info["identity"]  # type: ignore[union-attr]  # it is open
                return found

    @contextmanager
    def looking_at(self, identity: Identity) -> Iterator[None]:
        """Inside, this one may be used though it is not trusted, and no other."""
        token = _looked_at.set(identity)
        try:
            yield
        finally:
            _looked_at.reset(token)

    def trust(self, identity: Identity) -> None:
        """It may be used. From now on no other may, until it is trusted: who asks for it meets InDoubt."""
        self._trusted = identity

    def refuse(self) -> None:
        """Nothing more is to be read from it or written into it: InDoubt meets whoever asks for it."""
        self._is_closed = True

    def _check_is_trusted(self, _connection: object, record: Any, _proxy: object) -> None:
        looked_at = _looked_at.get()
        expected = self._trusted if looked_at is None else looked_at
        if expected in (ANY, record.info["identity"]):
            return
        for doubted in self._doubters:
            doubted()
        msg = "the database is another than before, and it is not known yet whether it is older than what was told"
        raise InDoubt(msg)

    def _check_is_not_refused(self) -> None:
        if self._is_closed:
            msg = "the database is older than what was told"
            raise InDoubt(msg)

    def on_doubt(self, listener: Callable[[], None]) -> None:
        """Call this when a connection was made to another database than the trusted one; it must not block."""
        self._doubters.append(listener)

    async def answers(self) -> bool:
        """Whether the database can be reached now, and soon."""
        try:
            async with asyncio.timeout(ANSWER_TIME_OUT), self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def write_file_anew(self) -> bool:
        """Have a SQLite file, and the log beside it, hold nothing that was deleted or overwritten; PostgreSQL sees to its own.

        False where somebody just reads what the log holds: then it is to be done again.
        """
        if not self.is_sqlite:
            return True
        async with self.writer.execution_options(**{BY_STATEMENT: True}).connect() as connection:
            await connection.exec_driver_sql("VACUUM")
            is_held = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
        return not is_held

    async def close(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_TIME_OUT):
                for engine in (self.writer, self.reader):
                    await engine.dispose()
        except (SQLAlchemyError, OSError):
            pass  # it is gone, or does not let go


def insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows `ON CONFLICT`, in the connection's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def read_as(kind: type[T], rows: CursorResult[Any]) -> list[T]:
    """Each row as a `kind`, whose fields are named as the columns. Quicker than a mapping of each row."""
    names = list(rows.keys())
    return [kind(**dict(zip(names, row, strict=True))) for row in rows.all()]


def _without_libpq(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL without what libpq and psql call TLS, and that."""
    words = {name: value for name, value in url.query.items() if name.startswith("ssl") and name != "ssl"}
    return url.difference_update_query(words), words


def _identify(connection: Any, record: Any) -> None:
    try:
        cursor = connection.cursor()
        cursor.execute(IDENTITY)
        record.info["identity"] = tuple(cursor.fetchone())
        cursor.close()
        connection.rollback()
    except BaseException:  # the pool does not know it yet, and would leave it open
        connection.terminate()
        raise


def _check_is_open(connection: Any, _record: object, _proxy: object) -> None:
    """Keep a connection that the server has closed from being handed out. InvalidatePoolError has the pool open new ones.

    SQLAlchemy's own `pool_pre_ping` asks the server, three times there and back for each transaction. asyncpg knows
    without asking: it learns at once that a connection is closed, and a server that fell silent would not answer a ping.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _file(path: Path) -> Identity:
    found = path.stat()
    return found.st_dev, found.st_ino


def _sqlite(url: URL, begin: str, *, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=60, hide_parameters=True)

    path = Path(url.database or "")

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        record.info["identity"] = _file(path)
        # sqlite3 would otherwise begin a transaction only at the first write, and updates get lost.
        connection.isolation_level = None
        # WAL: readers do not wait for the writer. FULL: what is committed survives a loss of power.
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"]
        if begin == "BEGIN":
            pragmas.append("query_only=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "invalidate")
    def let_go_of_the_lock(connection: Any, _record: object, _error: object) -> None:
        # SQLite closes no connection while a cursor is left that was not read to its end, and a cancelled task holds one as long
        # as anybody holds the task: nobody else could write meanwhile.
        with suppress(Exception):  # it is closed next, whatever it says
            connection.rollback()

    @event.listens_for(engine.sync_engine, "checkout")
    def check_is_the_same_file(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["identity"] != _file(path):
            raise InvalidatePoolError

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        if not connection.get_execution_options().get(BY_STATEMENT):
            connection.exec_driver_sql(begin)

    return engine
