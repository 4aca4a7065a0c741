"""Two toy services with a real nats-server between them: registration tells of parties, billing hears of them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from nats.aio.client import Client
from pydantic import SecretStr
from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import clock
from shared import service as service_module
from shared.database import Database
from shared.messaging import guard
from shared.messaging.batch import Retries
from shared.messaging.consume import Consumers
from shared.messaging.streams import durables, provision
from shared.messaging.tables import metadata as kernel
from shared.service import Service
from shared.settings import ServiceSettings
from shared.web import keys
from tests.support import toy
from tests.support.copies import Copies
from tests.support.databases import new_database
from tests.support.forks import Process, start
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.postgres import Postgres
from tests.support.processes import HOST, free_port
from tests.support.waiting import PATIENCE, eventually

SERVICES = ("billing", "registration")
ACK_WAIT = 1.0  # seconds


class Arena:
    """What a test of the kernel plays in."""

    def __init__(self, folder: Path, server: NatsServer) -> None:
        self._folder = folder
        self.port = free_port()
        self.server = server
        self.postgres: Postgres | None = None
        self.urls: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        self.started: list[Service] = []
        self.spawned: list[Process] = []
        self.now = datetime(2024, 9, 25, 12, tzinfo=UTC)
        self.key = {"Authorization": f"Bearer {keys.create(folder / 'keys.json', name='test', role='operator')}"}
        self.operator: Client
        self.database: Database  # the consumer's
        self.publisher: Database

    async def open(self) -> None:
        self.operator = await self.server.client()
        await self.provision()
        self.database, self.publisher = Database(self.urls["billing"]), Database(self.urls["registration"])
        for database in (self.database, self.publisher):
            await toy.create_tables(database)
            async with database.transaction() as connection:
                await clock.prepare(connection, simulated=False)

    async def close(self) -> None:
        for process in self.spawned:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        for service in self.started:
            await service.stop()
        await self.operator.close()
        await self.database.close()
        await self.publisher.close()
        for log in sorted(self._folder.glob("*.log")):
            sys.stdout.write(f"{log.name}:\n{log.read_text(errors='replace')}")  # pytest shows it of a test that failed

    async def provision(self, consumers: Consumers | None = None) -> None:
        await provision(self.operator, durables([consumers or toy.consumers("billing")], ack_wait=ACK_WAIT))

    def settings(self, service: str, **more: Any) -> ServiceSettings:
        return ServiceSettings(
            database_url=self.urls[service],
            nats_url=self.server.url,
            nats_user=service,
            nats_password=SecretStr(PASSWORDS[service]),
            keys_file=self._folder / "keys.json",
            **more,
        )

    async def start(
        self,
        service: str,
        *,
        consumers: Consumers | None = None,
        retries: Retries = toy.QUICK,
        answers: bool = False,
    ) -> Service:
        """Run a service in this process."""
        started = toy.create(service, self.settings(service), consumers, retries, answers=answers)
        try:
            await started.start()
        except BaseException:
            await started.stop()
            raise
        self.started.append(started)
        return started

    async def spawn(self, service: str, environment: Mapping[str, str] | None = None) -> Process:
        """Run a service as the process it is deployed as."""
        given = {
            "KULTURSKOLE_DATABASE_URL": self.urls[service],
            "KULTURSKOLE_NATS_URL": self.server.url,
            "KULTURSKOLE_NATS_USER": service,
            "KULTURSKOLE_NATS_PASSWORD": PASSWORDS[service],
            "KULTURSKOLE_KEYS_FILE": str(self._folder / "keys.json"),
            "KULTURSKOLE_PORT": str(self.port),
        }
        with (self._folder / f"{service}.log").open("ab") as log:
            process = await start(
                "tests.support.toy",
                service,
                environment=os.environ | given | self.environment | dict(environment or {}),
                out=log,
                err=log,
            )
        self.spawned.append(process)
        return process

    @asynccontextmanager
    async def kept_running(self, service: str) -> AsyncIterator[str]:
        """As a supervisor does: the process is started again whenever it dies. Yields its URL."""

        async def keep() -> None:
            while True:
                process = await self.spawn(service)
                await process.wait()

        keeping = asyncio.create_task(keep())
        try:
            yield await self.is_ready()
        finally:
            keeping.cancel()
            process = self.spawned[-1]
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            await process.wait()

    async def is_ready(self) -> str:
        """Wait until the spawned service is; its URL."""
        url = f"http://{HOST}:{self.port}"
        async with httpx.AsyncClient() as http:

            async def answers() -> bool:
                with suppress(httpx.HTTPError):
                    found = (await http.get(f"{url}/health/ready")).json()
                    return found["ready"] and not found["degraded"]
                return False

            await eventually(answers)
        return url

    async def status(self, url: str) -> int:
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            return (await http.get(url)).status_code

    @asynccontextmanager
    async def http(self, service: Service) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=service.api)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=self.key) as client:
            yield client

    async def publish(self, subject: str, body: bytes) -> None:
        """As registration's user, past its outbox: what a faulty publisher might send."""
        client = await self.server.client("registration")
        await client.jetstream().publish(subject, body, stream="REGISTRATION")
        await client.close()

    async def lag(self, durable: str) -> int:
        info = await self.operator.jsm().consumer_info("REGISTRATION", durable)
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def delivered(self, durable: str) -> int:
        return (await self.operator.jsm().consumer_info("REGISTRATION", durable)).num_ack_pending or 0

    async def messages(self, stream: str) -> int:
        return (await self.operator.jsm().stream_info(stream)).state.messages

    @property
    def copies(self) -> Copies:
        return Copies(self._folder / "copies", self.postgres)

    async def rows(self, table: Table) -> list[Any]:
        async with self.database.reading() as connection:
            return list(await connection.execute(select(table)))

    async def empty(self, service: str) -> None:
        database = self.database if service == "billing" else self.publisher
        async with database.transaction() as connection:
            for table in (*toy.metadata.sorted_tables, *kernel.sorted_tables):
                await connection.execute(table.delete())

    @asynccontextmanager
    async def blocked_writes(self) -> AsyncIterator[None]:
        """Nothing can be written into the consumer's database as long as this lasts."""
        if self.postgres is None:
            engine = create_async_engine(self.urls["billing"])
            async with engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.execute("BEGIN IMMEDIATE")
                try:
                    yield
                finally:
                    await driver.rollback()
            await engine.dispose()
        else:
            async with self.database.transaction() as connection:
                await connection.execute(text("LOCK TABLE party, inbox IN EXCLUSIVE MODE"))
                yield

    @asynccontextmanager
    async def database_down(self) -> AsyncIterator[None]:
        assert self.postgres is not None
        with self.postgres.down():
            yield


@pytest.fixture(params=["sqlite", "postgresql"])
async def arena(request: pytest.FixtureRequest, tmp_path: Path, nats: NatsServer) -> AsyncIterator[Arena]:
    found = Arena(tmp_path, nats)
    if request.param == "postgresql":
        found.postgres = request.getfixturevalue("postgres")
        found.urls = {service: await new_database(found.postgres) for service in SERVICES}
    else:
        found.urls = {service: f"sqlite+aiosqlite:///{tmp_path}/{service}.db" for service in SERVICES}
    await found.open()
    try:
        yield found
    finally:
        await found.close()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """While something is wrong it is looked at after seconds; a test need not wait for them."""
    monkeypatch.setattr(service_module, "LOOK_AGAIN", 0.1)
    monkeypatch.setattr(guard, "AGAIN", 0.1)


@pytest.fixture
async def plain_nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """Without users: for what our libraries do by themselves."""
    config = 'listen: "127.0.0.1:{}"\njetstream {{ store_dir: "{}" }}\n'
    async with NatsServer(tmp_path, lambda port: config.format(port, tmp_path / "js")) as server:
        yield server
