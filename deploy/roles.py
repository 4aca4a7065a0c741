"""The roles of PostgreSQL: for each service one that serves, and one that owns its database and migrates.

`kulturskole roles` makes what is missing, and puts right what is there: a new server, one of 0.2.0, a database that was put back, another
password.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.bootstrap import ROLES
from deploy.command import Wrong
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.migrations import LOCK, LOCK_LIMIT
from shared.migrations.grants import grant
from shared.transient import is_transient

log = structlog.get_logger()

AGAIN = 1.0  # seconds


async def make_roles(url: str, passwords: Mapping[str, str], *, wait: float = 0.0) -> None:
    """Roles and databases of all services, on the server of `url`, whose user may make them; `passwords` by role.

    It may be done again, and beside services that run: what is in a database changes in one transaction. A table that is in use
    is waited for as migrations do, and all of it is tried again for `wait` seconds. Raises Wrong.
    """
    until = monotonic() + wait
    while True:
        try:
            await _make_all(url, passwords)
        except (SQLAlchemyError, OSError) as error:
            reason = str(error).splitlines()[0]
            if not is_transient(error) or monotonic() >= until:
                raise Wrong(reason) from None  # the rest may be a statement with a password in it
            log.info("waits for the server", reason=reason)
            await asyncio.sleep(AGAIN)
        else:
            return


async def _make_all(url: str, passwords: Mapping[str, str]) -> None:
    async with _connected(url, None) as connection:
        known = set((await connection.execute(text("SELECT rolname FROM pg_roles"))).scalars())
        for role in ROLES:
            what = "ALTER" if role in known else "CREATE"
            password = passwords[role].replace("'", "''")
            await connection.exec_driver_sql(f"{what} ROLE {role} LOGIN PASSWORD '{password}'")
        if not (await connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))).scalar():
            await connection.execute(
                text(f"GRANT {', '.join(ROLES)} TO current_user")
            )  # or it could not hand over what is theirs
        there = set((await connection.execute(text("SELECT datname FROM pg_database"))).scalars())
        for service in PUBLISHERS:
            if service not in there:
                await connection.execute(text(f"CREATE DATABASE {service} OWNER {service}_owner"))
            await connection.execute(text(f"ALTER DATABASE {service} OWNER TO {service}_owner"))
            await connection.execute(text(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC, {service}"))
            await connection.execute(text(f"GRANT CONNECT ON DATABASE {service} TO {service}"))
    for service in PUBLISHERS:
        async with _connected(url, service) as connection, connection.begin():
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_LIMIT}"))
            await connection.run_sync(_hand_over, service)


def _hand_over(connection: Connection, service: str) -> None:
    """All that stands in a service's database is its owner's, and the one that serves is granted what it needs."""
    connection.execute(text(f"REASSIGN OWNED BY {service} TO {service}_owner"))
    connection.execute(text(f"GRANT USAGE, CREATE ON SCHEMA public TO {service}_owner"))
    connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))  # before PostgreSQL 15 anybody could
    grant(connection, service)


@asynccontextmanager
async def _connected(url: str, database: str | None) -> AsyncIterator[AsyncConnection]:
    """To a database of the server; to that of the URL each statement is one of its own, as making databases must be."""
    found = Database(url)
    if found.is_sqlite:
        msg = "only PostgreSQL has roles"
        raise Wrong(msg)
    await found.close()
    engine = create_async_engine(
        found.url.set(database=database or found.url.database),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args=found.connect_arguments(),
        isolation_level="READ COMMITTED" if database else "AUTOCOMMIT",
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
