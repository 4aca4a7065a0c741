"""The four services as the processes they are deployed as, kept running by a supervisor, and killed by tests."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from deploy.client import Client
from deploy.nats_config import OPERATOR
from deploy.provisioning import provision_all
from shared import migrations
from shared.database import Database
from shared.events.catalogue import PUBLISHERS
from shared.web import keys
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.processes import HOST, dies_with_tests, free_port
from tests.support.smtp import MailServer
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
READY_WITHIN = 60.0  # seconds


class Fleet:
    """One process per service, each with the database of its URL."""

    def __init__(self, folder: Path, urls: Mapping[str, str], broker: NatsServer, mails: MailServer) -> None:
        self._folder = folder
        self._urls = urls
        self._broker = broker
        self._mails = mails
        self._keys = folder / "keys.json"
        self._ports = {service: free_port() for service in PUBLISHERS}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._supervisors: list[asyncio.Task[None]] = []
        self.kills = 0
        secret = keys.create(self._keys, name="test", role="operator")
        self.client = Client("http://gateway", secret, transport=_Gateway(self._ports))

    async def start(self) -> None:
        """Returns when all are ready."""
        for service, url in self._urls.items():
            database = Database(url)
            await migrations.upgrade(database, service)
            await database.close()
        await provision_all(self._broker.url, PASSWORDS[OPERATOR])
        self._supervisors = [asyncio.create_task(self._keep(service)) for service in PUBLISHERS]
        for service in PUBLISHERS:
            await self.until_ready(service)

    async def stop(self) -> dict[str, int]:
        """SIGTERM to all; their exit codes."""
        for supervisor in self._supervisors:
            supervisor.cancel()
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        codes = {service: await process.wait() for service, process in self._processes.items()}
        await self.client.__aexit__()
        return codes

    async def kill(self, service: str) -> None:
        """SIGKILL, once it is ready."""
        await self.until_ready(service)
        process = self._processes[service]
        process.kill()
        await process.wait()
        self.kills += 1

    async def kill_broker(self) -> None:
        self._broker.kill()
        self.kills += 1
        await self._broker.start()

    async def until_ready(self, service: str) -> None:
        url = f"http://{HOST}:{self._ports[service]}/health/ready"
        async with httpx.AsyncClient() as http:

            async def is_ready() -> bool:
                with suppress(httpx.HTTPError):
                    return (await http.get(url)).status_code == httpx.codes.OK
                return False

            try:
                await eventually(is_ready, within=READY_WITHIN)
            except AssertionError as error:
                error.add_note(f"{service}: {self.log(service)[-2000:]}")
                raise

    def log(self, service: str) -> str:
        return (self._folder / f"{service}.log").read_text(errors="replace")

    async def _keep(self, service: str) -> None:
        while True:
            self._processes[service] = process = await self._spawn(service)
            await process.wait()

    async def _spawn(self, service: str) -> asyncio.subprocess.Process:
        given = {
            "DATABASE_URL": self._urls[service],
            "NATS_URL": self._broker.url,
            "NATS_USER": service,
            "NATS_PASSWORD": PASSWORDS[service],
            "KEYS_FILE": str(self._keys),
            "PORT": str(self._ports[service]),
            "SIMULATED_CLOCK": "true",
            "SMTP_HOST": self._mails.host,
            "SMTP_PORT": str(self._mails.port),
            "SMTP_STARTTLS": "false",
            "SMTP_TIMEOUT": "3",  # a mail that a dead process had in hand is tried again this much and ten seconds later
        }
        with (self._folder / f"{service}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"services.{service}", "serve"),
                cwd=ROOT,
                env=os.environ | {f"KULTURSKOLE_{name}": value for name, value in given.items()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_tests(signal.SIGKILL),
            )


class _Gateway(httpx.AsyncBaseTransport):
    """Sends each request to its service; asks again as long as nobody answers, as whoever has lost an answer would."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = ports
        self._http = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=32))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[1]
        to = request.url.copy_with(host=HOST, port=self._ports[service])
        body = await request.aread()
        async with asyncio.timeout(READY_WITHIN):
            while True:
                try:
                    answer = await self._http.handle_async_request(
                        httpx.Request(request.method, to, headers=request.headers, content=body)
                    )
                    content = await answer.aread()
                except httpx.TransportError:
                    pass
                else:
                    if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                        return httpx.Response(answer.status_code, headers=answer.headers, content=content)
                await asyncio.sleep(0.1)

    async def aclose(self) -> None:
        await self._http.aclose()
