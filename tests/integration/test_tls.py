"""TLS to PostgreSQL and NATS, by setting, with an authority of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from deploy.nats_config import nats_config
from deploy.provisioning import provision_all
from shared import migrations
from shared.database import Database
from shared.messaging import broker
from shared.messaging.broker import NoBroker
from shared.messaging.stopped import stopped
from shared.settings import ServiceSettings
from tests.support.databases import PostgresDatabases, new_database
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.postgres import Postgres
from tests.support.processes import HOST, free_port
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


def with_tls(authority: Authority, folder: Path) -> Callable[[int], str]:
    certificate, key = authority.server_files(HOST)
    return lambda port: (
        nats_config(PASSWORDS, store=folder / "jetstream", port=port)
        + f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}\n'
    )


@pytest.fixture
async def nats(authority: Authority, tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with NatsServer(tmp_path / "nats", with_tls(authority, tmp_path)) as found:
        yield found


def tls_url(server: NatsServer) -> str:
    return server.url.replace("nats://", "tls://")


async def connected(tmp_path: Path, url: str, ca: Path | None) -> str:
    """The address that a service is connected to, after its first try."""
    settings = ServiceSettings(
        database_url="sqlite+aiosqlite:///none.db",
        keys_file=tmp_path / "keys.json",
        nats_url=url,
        nats_ca_file=ca,
        nats_user="billing",
        nats_password=SecretStr(PASSWORDS["billing"]),
    )
    found = broker.create("billing", settings, fail=lambda _: None, is_back=lambda: None, is_stopping=lambda: True)
    client = await broker.connect(found, settings)
    try:
        return str(client.connected_url.geturl())  # type: ignore[union-attr]  # it is connected
    finally:
        await found.stop()


async def test_nats_is_spoken_with_encrypted(
    nats: NatsServer, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await connected(tmp_path, tls_url(nats), authority.ca) == tls_url(nats)
    monkeypatch.setenv("KULTURSKOLE_NATS_CA_FILE", str(authority.ca))
    await provision_all(tls_url(nats), PASSWORDS["operator"])
    monkeypatch.delenv("KULTURSKOLE_NATS_CA_FILE")
    with pytest.raises(NoBroker, match="certificate verify failed"):
        await provision_all(tls_url(nats), PASSWORDS["operator"])


async def test_the_password_is_not_sent_to_a_server_without_tls(tmp_path: Path) -> None:
    async with NatsServer(tmp_path / "nats") as plain:
        with pytest.raises(NoBroker, match="offers no TLS"):
            await provision_all(tls_url(plain), PASSWORDS["operator"])
        await provision_all(plain.url, PASSWORDS["operator"])


async def test_of_several_addresses_one_that_answers_will_do(tmp_path: Path) -> None:
    away = f"nats://{HOST}:{free_port()}"
    async with NatsServer(tmp_path / "nats") as there:
        for url in (f"{away},{there.url}", f"{there.url}, {away}"):
            assert await connected(tmp_path, url, None) == there.url
            await provision_all(url, PASSWORDS["operator"])
