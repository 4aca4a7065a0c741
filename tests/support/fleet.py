"""The four services as the processes they are deployed as, in replicas, started again whenever they end; made to die."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import httpx

from deploy.client import Client
from deploy.nats_config import OPERATOR
from deploy.provisioning import provision_all
from shared import migrations
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.points import VARIABLE
from shared.web import keys
from tests.support.access_points import AccessPointProcess
from tests.support.forks import Process, start
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.processes import HOST, dies_with_tests, free_port
from tests.support.releases import THIS, Program
from tests.support.smtp import MailServer
from tests.support.waiting import PATIENCE, eventually, patiently

PAUSE = 0.2  # seconds until a process that ended is started again


class End(NamedTuple):
    """How a process ended: when (monotonic), with which code, and whether the fleet ended it."""

    at: float
    code: int
    by_fleet: bool


class Replica:
    """One process of a service, started again whenever it ends. `ends` has the last one last."""

    def __init__(self, service: str, environment: Mapping[str, str], log: Path, program: Program = THIS) -> None:
        self.service = service
        self.program = program
        self.port = int(environment["KULTURSKOLE_PORT"])
        self.ends: list[End] = []
        self._ended_by_fleet = False
        self._ending = asyncio.Lock()
        self._environment = environment
        self._log = log
        self._points: list[str] = []  # at the first of which it is to die
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def is_running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> int:
        """SIGTERM, and not started again; its exit code."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is None:
            return 0
        with suppress(ProcessLookupError):
            self._process.terminate()
        return await self._process.wait()

    async def end(self, how: signal.Signals = signal.SIGKILL) -> float:
        """End it once it is ready, and have it started again; how many seconds it took to end."""
        async with self._ending:
            await self.until_ready()
            began, before = monotonic(), len(self.ends)
            assert self._process is not None
            self._ended_by_fleet = True
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            await self._has_ended(before)
            return self.ends[before].at - began

    async def die_at_each(self, points: Sequence[str], *, within: float) -> None:
        """Start it anew so that it dies at named points of the kernel, one after the other, and wait until it has.

        It begins again where another fault kills it before it comes to the point. After each death it starts with the next
        point in mind already, or another process of it would take in, unharmed, what the dead one left.
        """
        self._points = list(points)
        await self.end()
        await eventually(lambda: not self._points, within=within)

    async def _has_ended(self, times: int) -> None:
        """Until it has ended once more than so many times."""
        await eventually(lambda: len(self.ends) > times)

    async def until_ready(self) -> None:
        url = f"http://{HOST}:{self.port}/health/ready"
        async with httpx.AsyncClient() as http:

            async def is_ready() -> bool:
                with suppress(httpx.HTTPError):
                    found = (await http.get(url)).json()
                    # 0.2 says no faults. While an access point is let alone for a minute, all else goes on.
                    return found["ready"] and all(it["part"] == "access_point" for it in found.get("faults", ()))
                return False

            try:
                await eventually(is_ready)
            except AssertionError as error:
                error.add_note(f"{self.service}: {self.log()[-2000:]}")
                raise

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    async def _keep(self) -> None:
        while True:
            self._process = await self._spawn()
            code = await self._process.wait()
            self.ends.append(End(monotonic(), code, self._ended_by_fleet))
            if self._points and not self._ended_by_fleet:
                self._points.pop(0)
            self._ended_by_fleet = False
            await asyncio.sleep(PAUSE)

    async def _spawn(self) -> Process:
        once = {VARIABLE: self._points[0]} if self._points else {}
        module, environment = f"services.{self.service}", os.environ | self._environment | once
        with self._log.open("ab") as log:
            if self.program == THIS:
                return await start(module, "serve", environment=environment, out=log, err=log)
            return await asyncio.create_subprocess_exec(
                *(self.program.python, "-m", module, "serve"),
                cwd=self.program.folder,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_tests(signal.SIGKILL),
            )


class Fleet:
    """All services, each with the database at its URL. `client` has an operator's key, and asks again while one is away."""

    def __init__(
        self,
        folder: Path,
        urls: Mapping[str, str],
        broker: NatsServer,
        mails: MailServer,
        *,
        replicas: int = 1,
        environment: Mapping[str, str] | None = None,
        program: Program = THIS,
    ) -> None:
        self._folder = folder
        self._environment = environment or {}
        self._numbers = itertools.count()
        self.broker = broker
        self.mails = mails
        self.access_point = AccessPointProcess(folder)
        self.keys_file = folder / "keys.json"
        self.urls = urls
        self.secret = keys.create(self.keys_file, name="test", role="operator")
        self._feeds_secret = folder / "feeds-secret"
        self._feeds_secret.write_text("f" * 40)
        self.replicas = {service: [self._replica(service, program) for _ in range(replicas)] for service in PUBLISHERS}
        self.client = Client("http://gateway", self.secret, transport=_Gateway(self.replicas))

    def http(self, secret: str) -> httpx.AsyncClient:
        """To the services, with a key; as patient as `client` is."""
        headers = {"Authorization": f"Bearer {secret}"}
        transport = _Gateway(self.replicas)
        return httpx.AsyncClient(base_url="http://gateway", headers=headers, transport=transport, timeout=PATIENCE)

    @property
    def all(self) -> list[Replica]:
        return [it for found in self.replicas.values() for it in found]

    async def start(self) -> None:
        """Returns when all are ready."""
        for service, url in self.urls.items():
            database = Database(url)
            await migrations.upgrade(database, service)
            await database.close()
        await self.provision()
        await self.serve()

    async def serve(self) -> None:
        """On databases and streams that are there."""
        await self.access_point.start()
        for replica in self.all:
            replica.start()
        for replica in self.all:
            await replica.until_ready()

    async def provision(self) -> None:
        await provision_all(self.broker.url, PASSWORDS[OPERATOR], subscribers=self.broker.subscribers.folder.path)

    async def replace(self, service: str, program: Program) -> int:
        """Start a replica of this version, and stop another once it is ready; that one's exit code."""
        newer = self._replica(service, program)
        newer.start()
        try:
            await newer.until_ready()
        except BaseException:
            await newer.stop()
            raise
        self.replicas[service].append(newer)
        return await self.replicas[service].pop(0).stop()

    async def stop(self) -> list[int]:
        """SIGTERM to all; their exit codes."""
        codes = await asyncio.gather(*(it.stop() for it in self.all))
        await self.access_point.kill()
        await self.client.__aexit__()
        return list(codes)

    async def kill_access_point(self) -> None:
        await self.access_point.kill()
        await self.access_point.start()

    async def kill_broker(self) -> None:
        self.broker.kill()
        await self.broker.start()

    def environment_of(self, service: str) -> dict[str, str]:
        given = {
            "DATABASE_URL": self.urls[service],
            "NATS_URL": self.broker.url,
            "NATS_USER": service,
            "NATS_PASSWORD": PASSWORDS[service],
            "KEYS_FILE": str(self.keys_file),
            "FEEDS_SECRET_FILE": str(self._feeds_secret),
            "PORT": str(free_port()),
            "SIMULATED_CLOCK": "true",
            "HOLD_MINUTES": "0",
            "ACCESS_POINT": "fake",
            "ACCESS_POINT_URL": self.access_point.url,
            "ACCESS_POINT_TIMEOUT": "3",  # what a dead process had in hand is gone on with six times as long after
            "SMTP_HOST": self.mails.host,
            "SMTP_PORT": str(self.mails.port),
            "SMTP_STARTTLS": "false",
            "SMTP_TIMEOUT": "3",  # a mail that a dead process had in hand is tried again this much and ten seconds later
        }
        return {f"KULTURSKOLE_{name}": value for name, value in given.items()} | dict(self._environment)

    def _replica(self, service: str, program: Program) -> Replica:
        log = self._folder / f"{service}-{next(self._numbers)}.log"
        return Replica(service, self.environment_of(service), log, program)


class _Gateway(httpx.AsyncBaseTransport):
    """Sends each request to a replica of its service, in turns, and again as long as none can answer it."""

    def __init__(self, replicas: Mapping[str, Sequence[Replica]]) -> None:
        self._replicas = replicas
        self._turns: dict[str, Iterator[int]] = {service: itertools.count() for service in replicas}
        self._http = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=64))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[1]
        body = await request.aread()
        async with patiently():
            while True:
                found = self._replicas[service]
                to = request.url.copy_with(host=HOST, port=found[next(self._turns[service]) % len(found)].port)
                try:
                    answer = await self._http.handle_async_request(
                        httpx.Request(
                            request.method, to, headers=request.headers, content=body, extensions=request.extensions
                        )
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
