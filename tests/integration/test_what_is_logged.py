"""What a real service logs while PostgreSQL or NATS do not let it in: one clear line each, in JSON."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.nats_config import nats_config
from deploy.provisioning import provision_all
from shared.web import keys
from tests.support.databases import PostgresDatabases
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.postgres import Postgres
from tests.support.processes import HOST, free_port
from tests.support.waiting import PATIENCE, eventually

LONGEST = 1_000  # characters of a line
SERVICE = "notifications"


class Process:
    """A service as it is deployed, and what it logs."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.key = {"Authorization": f"Bearer {keys.create(folder / 'keys.json', name='test', role='operator')}"}
        settings = {
            "NATS_USER": SERVICE,
            "NATS_PASSWORD": PASSWORDS[SERVICE],
            "KEYS_FILE": str(folder / "keys.json"),
            "PORT": str(self.port),
            "SMTP_HOST": HOST,
            **environment,
        }
        self._environment = {f"KULTURSKOLE_{name}": value for name, value in settings.items()}

    @asynccontextmanager
    async def run(self) -> AsyncIterator[asyncio.subprocess.Process]:
        with self.log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{SERVICE}", "serve", env=os.environ | self._environment, stderr=log
            )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            await process.wait()

    async def is_ready(self) -> bool:
        return await self.status("/health/ready") == 200

    async def status(self, path: str) -> int | None:
        async with httpx.AsyncClient(timeout=PATIENCE, headers=self.key) as http:
            with suppress(httpx.HTTPError):
                return (await http.get(self.url + path)).status_code
        return None

    def lines(self) -> list[dict[str, Any]]:
        """What it logged. Each line is an object, and none is long."""
        found = self.log.read_text().splitlines()
        assert [it for it in found if len(it) > LONGEST] == []
        return [json.loads(it) for it in found]


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with NatsServer(tmp_path / "nats") as server:
        await provision_all(server.url, PASSWORDS["operator"])
        yield server


async def test_each_call_while_postgresql_is_away_logs_one_line(tmp_path: Path, nats: NatsServer) -> None:
    server = Postgres()
    try:
        server.start()
        url = await PostgresDatabases(server).create(SERVICE)
        process = Process(tmp_path, DATABASE_URL=url, NATS_URL=nats.url)
        asker = await nats.client("notifications")
        async with process.run():
            await eventually(process.is_ready)
            with server.down():
                paths = [f"/{SERVICE}/waiting", f"/{SERVICE}/mails", f"/{SERVICE}/operations/parked"] * 3
                assert [await process.status(path) for path in paths] == [503] * len(paths)
                await asyncio.sleep(6)  # each work has been tried
            await eventually(process.is_ready)
        await asker.close()
    finally:
        server.remove()
    warnings = [it for it in process.lines() if it["level"] != "info"]
    assert [it["path"] for it in warnings if "path" in it] == paths
    others = [it for it in warnings if "path" not in it]
    assert len({(it["event"], it.get("work"), it.get("error")) for it in others}) == len(others), "said more than once"


@pytest.mark.parametrize(
    ("password", "code", "last"),
    [(PASSWORDS["operator"], 0, "streams and consumers are as they should be"), ("wrong" * 5, 1, "it can't be done")],
    ids=["right", "wrong"],
)
async def test_what_provision_logs_is_json_too(tmp_path: Path, password: str, code: int, last: str) -> None:
    (tmp_path / "password").write_text(password)
    async with NatsServer(tmp_path / "nats") as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.cli", "provision", "--nats-url", server.url),
            *("--password-file", str(tmp_path / "password")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        answered, logged = await process.communicate()
    lines = [json.loads(line) for line in logged.splitlines()]
    assert (process.returncode, answered, lines[-1]["event"]) == (code, b"", last)
    assert {it["service"] for it in lines} == {"provision"}
    if code:
        (line,) = lines
        assert line["reason"] == f"NATS at {server.url} does not let its user operator in: Authorization Violation"


async def test_a_wrong_password_of_nats_is_one_clear_line(
    tmp_path: Path, nats: NatsServer, sqlite_databases: Any
) -> None:
    url = await sqlite_databases.create(SERVICE)
    process = Process(tmp_path, DATABASE_URL=url, NATS_URL=nats.url, NATS_PASSWORD="not-the-password-of-it")
    async with process.run() as running:
        assert await running.wait() == 1
    (refused,) = (it for it in process.lines() if it["event"] != "stopped")
    assert refused["event"] == "cannot start"
    assert refused["reason"] == f"NATS at {nats.url} does not let its user {SERVICE} in: Authorization Violation"
    assert refused["level"] == "error"


async def test_a_password_that_is_changed_while_it_runs_ends_it_with_one_clear_line(
    tmp_path: Path, sqlite_databases: Any
) -> None:
    passwords = dict(PASSWORDS)
    async with NatsServer(
        tmp_path / "nats", lambda port: nats_config(passwords, store=tmp_path / "jetstream", port=port)
    ) as server:
        await provision_all(server.url, PASSWORDS["operator"])
        process = Process(tmp_path, DATABASE_URL=await sqlite_databases.create(SERVICE), NATS_URL=server.url)
        async with process.run() as running:
            await eventually(process.is_ready)
            passwords[SERVICE] = "another-password-of-it"
            await server.restart()
            assert await running.wait() == 1
    (refused,) = (it for it in process.lines() if it["level"] == "error")
    assert "Authorization Violation" in refused["reason"]
