"""TLS to PostgreSQL and NATS, by setting, with an authority of our own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared import migrations
from shared.database import Database
from shared.messaging.stopped import stopped
from tests.support.databases import PostgresDatabases, new_database
from tests.support.postgres import Postgres
from tests.support.processes import HOST
from tests.support.tls import Authority

IS_ENCRYPTED = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Postgres]:
    found = Postgres()
    try:
        found.use_tls(*authority.server_files(HOST))
        found.start()
        yield found
    finally:
        found.remove()


async def is_encrypted(url: str) -> bool:
    database = Database(url)
    try:
        async with database.reading() as connection:
            return bool((await connection.execute(IS_ENCRYPTED)).scalar_one())
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("mode", "encrypted"),
    [
        ("disable", False),
        ("allow", False),
        ("prefer", True),
        ("require", True),
        ("verify-ca", True),
        ("verify-full", True),
    ],
)
async def test_sslmode_is_what_it_is_for_psql(
    server: Postgres, authority: Authority, mode: str, *, encrypted: bool
) -> None:
    url = f"{server.url('postgres')}?sslmode={mode}"
    if mode.startswith("verify"):
        url += f"&sslrootcert={authority.ca}"
    assert await is_encrypted(url) is encrypted


async def test_a_server_of_another_authority_or_name_is_not_spoken_with(
    server: Postgres, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    with pytest.raises(OSError, match="certificate verify failed"):
        await is_encrypted(f"{server.url('postgres')}?sslmode=verify-ca&sslrootcert={other.ca}")
    by_name = server.url("postgres").replace(HOST, "localhost")
    with pytest.raises(OSError, match=r"certificate is not valid for 'localhost'|Hostname mismatch"):
        await is_encrypted(f"{by_name}?sslmode=verify-full&sslrootcert={authority.ca}")
    assert await is_encrypted(f"{by_name}?sslmode=verify-ca&sslrootcert={authority.ca}")


async def test_what_has_an_engine_of_its_own_keeps_to_it_too(server: Postgres, authority: Authority) -> None:
    """Migrations, and the lock of what may not run."""
    await PostgresDatabases(server).execute("CREATE ROLE encrypted LOGIN SUPERUSER")
    url = (await new_database(server)).replace("postgres@", "encrypted@")
    with server.authenticating("encrypted", by="reject", kind="hostnossl"):
        await PostgresDatabases(server).execute("SELECT pg_reload_conf()")
        database = Database(f"{url}?sslmode=verify-full&sslrootcert={authority.ca}")
        await migrations.upgrade(database, "billing")
        async with stopped(database, "billing"):
            pass
        await database.close()
        with pytest.raises(Exception, match=r"no encryption|rejects connection"):
            await is_encrypted(f"{url}?sslmode=disable")
