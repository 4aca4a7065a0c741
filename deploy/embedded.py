"""Everything on one machine, without a container: nats-server as a child, the services and the pages in this process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

import pages.app
import pages.settings
from deploy import fake_access_point, front
from deploy.fake_access_point import FakeAccessPoint
from deploy.front import Services
from deploy.gateway import Gateway
from deploy.in_process import InProcess
from deploy.log_file import LogFile
from deploy.mail_sink import MailSink
from deploy.nats_config import OPERATOR, nats_config
from deploy.nats_server import NatsServer
from deploy.parts import PARTS, Part
from deploy.ports import HOST, chosen
from deploy.provisioning import provision_all
from deploy.state import State, write_secret
from deploy.subscribers.folder import ACCOUNTS
from deploy.subscribers.reader import prepare
from shared import logs, migrations
from shared.database import Database
from shared.service import Service, freeze_imports
from shared.settings import WebSettings
from shared.web.refusals import Refusals
from shared.web.serving import listen, server_for

log = structlog.get_logger()

# Of nats-server, which puts its own log aside.
BOUNDED_LOG = """
log_file: {file}
logfile_size_limit: 10MB
logfile_max_num: 3
"""
PUBLIC_URL = "KULTURSKOLE_PUBLIC_URL"
PAUSE = 1.0  # seconds before a service that ended is started again


@dataclass(frozen=True, kw_only=True)
class Running:
    """What was started. `first_key` is the operator's key where this run made it. A service is None while it starts anew."""

    url: str
    nats_port: int
    state: State
    first_key: str | None
    services: Services


@asynccontextmanager
async def running(
    folder: Path, *, port: int, nats_port: int, simulated_clock: bool = False, refuse_first: Sequence[str] = ()
) -> AsyncIterator[Running]:
    """Start all of it, and stop all of it at the end; a port may be 0 for any free one.

    Each part starts when what it needs is there: the folder, NATS, the tables, the mail sink, the access point that delivers
    nowhere, the services, the pages. They stop in the opposite order, so that no request finds a service gone, and no service its
    broker. The access point refuses the first document to each of `refuse_first` (0192:NUMBER).

    Raises PortTaken, InUse, NatsDidNotStart, or the error for which a service can't start.
    """
    port = chosen(port, "the pages and APIs", "--port")
    nats_port = chosen(nats_port, "NATS", "--nats-port")
    state = State(folder)
    freeze_imports()
    async with contextlib.AsyncExitStack() as stack:
        state.open()
        stack.callback(state.close)
        stack.enter_context(_logging_to(state.log))
        first_key = state.first_key()
        server = await start_nats(state, nats_port)
        stack.push_async_callback(server.stop)
        for part in PARTS:
            await migrate(part.name, state.database_url(part.name))
        sink = MailSink(state.mails)
        await sink.start()
        stack.push_async_callback(sink.stop)
        refusals = Refusals(a_minute=WebSettings().refusals_a_minute)  # from the environment
        access_point = await stack.enter_async_context(_access_point(state, refusals, refuse_first))
        url = f"http://{HOST}:{port}"
        supervisor = Supervisor(
            state,
            url=url,
            nats_port=nats_port,
            smtp_port=sink.port,
            access_point=access_point,
            simulated_clock=simulated_clock,
        )
        stack.push_async_callback(supervisor.stop)
        await supervisor.start()
        around = front.create(
            state, supervisor.services, refusals=refusals, nats_port=nats_port, nats_is_up=lambda: server.is_running
        )
        services = Gateway(supervisor.services, around)
        shown = pages_of(state, services, url)
        stack.push_async_callback(shown.state.http.aclose)
        gateway = Gateway(supervisor.services, around, shown)
        await stack.enter_async_context(_serving(gateway, refusals, listen(HOST, port)))
        yield Running(
            url=url,
            nats_port=nats_port,
            state=state,
            first_key=first_key,
            services=supervisor.services,
        )


class Supervisor:
    """Runs the services, each in a task of its own; one that ends itself is provisioned and started again."""

    def __init__(
        self,
        state: State,
        *,
        url: str,
        nats_port: int,
        smtp_port: int,
        access_point: dict[str, Any],
        simulated_clock: bool,
    ) -> None:
        self.services: dict[str, Service | None] = {part.name: None for part in PARTS}
        self._state = state
        self._passwords = state.passwords()
        self._nats_url = f"nats://{HOST}:{nats_port}"
        self._given = {
            "nats_url": self._nats_url,
            "keys_file": state.keys,
            "simulated_clock": simulated_clock,
            **({"hold_minutes": 0} if simulated_clock else {}),  # nobody waits for an hour of real time in the demo
            "smtp_host": HOST,
            "smtp_port": smtp_port,
            "smtp_starttls": False,  # the sink is on this machine
            "trial_mails": state.mails,
            **access_point,
            "feeds_secret_file": state.make_feeds_secret(),
            **_public(url),
        }
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Returns when all are ready, or wait because their database is older than what was told.

        Raises what the first that can't start raises.
        """
        await self._provision()
        started = [asyncio.get_running_loop().create_future() for _ in PARTS]
        for part, future in zip(PARTS, started, strict=True):
            self._tasks.append(asyncio.create_task(self._keep(part, future), name=part.name))
        await asyncio.gather(*started)

    async def _provision(self) -> None:
        await provision_all(self._nats_url, self._passwords[OPERATOR], subscribers=self._state.subscribers)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, part: Part, started: asyncio.Future[None]) -> None:
        while True:
            try:
                await self._run(part, started)
            except Exception as error:
                if not started.done():
                    started.set_exception(error)
                    return
                log.exception("a service did not start, or not stop in order, and is started again", service=part.name)
            await asyncio.sleep(PAUSE)
            # A service ends when its durable is gone; this makes the durable anew. Where NATS is gone it fails, and the
            # service's own start says so.
            with contextlib.suppress(Exception):
                await self._provision()

    async def _run(self, part: Part, started: asyncio.Future[None]) -> None:
        """Run a service until it can't go on. `started` is set at its first success."""
        service = part.create(self._settings(part))
        starting = asyncio.create_task(service.start())
        waiting = asyncio.create_task(service.is_older.wait())
        try:
            await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                starting.result()  # raises why it did not start
            self.services[part.name] = service  # one that waits says so, and nothing else
            if not started.done():
                started.set_result(None)
            await starting
            await service.failed
        finally:
            self.services[part.name] = None
            service.stopping = True
            for task in (starting, waiting):
                task.cancel()
            await asyncio.gather(starting, waiting, return_exceptions=True)
            await service.stop()

    def _settings(self, part: Part) -> Any:
        given: dict[str, Any] = {
            "database_url": self._state.database_url(part.name),
            "nats_user": part.name,
            "nats_password": self._passwords[part.name],
            # None, so that a file that the environment names does not overrule what is given here.
            "nats_password_file": None,
            "database_password_file": None,
            **self._given,
        }
        return part.settings(**given)


@asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Event]:
    """An event that is set by Ctrl-C or SIGTERM."""
    received = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, received.set)
    try:
        yield received
    finally:
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)


async def start_nats(state: State, port: int) -> NatsServer:
    passwords = state.passwords()
    included = f"../{state.subscribers.name}/{ACCOUNTS}"
    config = nats_config(passwords, store=state.nats_store, port=port, sync_always=True, subscribers=included)
    write_secret(state.nats_config, config + BOUNDED_LOG.format(file=json.dumps(str(state.nats_log))))
    prepare(state.subscribers, state.reader, f"nats://{HOST}:{port}", mode=0o700)
    server = NatsServer(state.nats_config, port=port, log_file=state.nats_log)
    await server.start()
    return server


def pages_of(state: State, services: ASGIApp, url: str) -> FastAPI:
    """The pages, which reach the services without a socket. `url` is where they are, unless the environment says another."""
    given: dict[str, Any] = {"session_secret_file": state.make_session_secret(), "api_url": "http://services"}
    return pages.app.create(pages.settings.Settings(**given, **_public(url)), transport=InProcess(services))


def _public(url: str) -> dict[str, Any]:
    return {} if PUBLIC_URL in os.environ else {"public_url": url}


async def migrate(service: str, url: str) -> None:
    database = Database(url)
    try:
        await migrations.upgrade(database, service)
    finally:
        await database.close()


@asynccontextmanager
async def _access_point(state: State, refusals: Refusals, refuse_first: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
    """Run the one that delivers nowhere; yields what billing is told of it."""
    token = state.make_access_point_token()  # so that it answers nobody else on this machine
    fake = FakeAccessPoint(first=dict.fromkeys(refuse_first, ("refuse",)), file=state.access_point)
    listening = listen(HOST, 0)
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    async with _serving(fake_access_point.create(fake, token=token.read_text()), refusals, listening):
        yield {
            "access_point": "fake",
            "access_point_url": url,
            "access_point_token_file": token,
        }


@asynccontextmanager
async def _serving(app: Any, refusals: Refusals, listening: socket.socket) -> AsyncIterator[None]:
    server = server_for(app, refusals=refusals)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has a flag for it and no event
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task
        listening.close()


@contextlib.contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Send the logs to a file, since the screen is for the command's own lines."""
    with contextlib.closing(LogFile(path)) as file:
        with contextlib.redirect_stderr(file):
            logs.configure("INFO", service="embedded")
        try:
            yield
        finally:
            structlog.reset_defaults()
            logging.getLogger().handlers.clear()
