"""Certainty that a service is stopped: the locks that it would hold are held here instead."""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.database import Database
from shared.messaging.relay import try_lock


class IsRunning(Exception):
    """A service that should be stopped is not."""

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} is running on this database: stop it first, with all its replicas")


@asynccontextmanager
async def stopped(database: Database, service: str) -> AsyncIterator[None]:
    """Hold what the service holds while it runs: a lock on its SQLite file, or its relay's on PostgreSQL.

    Raises IsRunning.
    """
    if database.is_sqlite:
        with _file_locked(Path(f"{database.url.database}.lock"), service):
            yield
        return
    engine = create_async_engine(
        database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=database.connect_arguments()
    )
    try:
        async with engine.connect() as connection:
            if not await try_lock(connection):
                raise IsRunning(service)
            yield
    finally:
        await engine.dispose()


@contextmanager
def _file_locked(path: Path, service: str) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise IsRunning(service) from None
        yield
