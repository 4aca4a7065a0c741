"""A service as a process: its API, consumers, relay and due work, started and stopped together.

`services/<name>/app.py` puts one together; `python -m services.<name> serve` runs it alone, the embedded start runs four.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import gc
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, TypeVar

import nats.errors
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy.exc import SQLAlchemyError

from shared import clock, logs, migrations
from shared.contracts.catalogue import stream_of
from shared.contracts.questions import Question
from shared.database import Database
from shared.messaging import ask, broker, changes, consume, outbox, relay
from shared.messaging.batch import Batches, Retries
from shared.messaging.condition import Checks, Condition
from shared.messaging.due_work import Work, Worker
from shared.messaging.guard import UNKNOWN, Guard
from shared.messaging.missing import FindMissing
from shared.messaging.watchdog import Watchdog, consumer_info
from shared.migrations.migrate import add_options, migrate
from shared.migrations.steps import WrongSchema
from shared.settings import ServiceSettings
from shared.web import contract, etags, operations, problems
from shared.web.as_csv import AsCsv
from shared.web.closed import OPEN, ClosedByDefault
from shared.web.gateways import Gateways
from shared.web.keys import Keys
from shared.web.parameters import only_known_parameters, only_plain_bodies
from shared.web.refusals import Refusals
from shared.web.serving import CannotStart, listen, server_for
from shared.web.withheld import Withheld

log = structlog.get_logger()

S = TypeVar("S", bound=ServiceSettings)


STOPPED_WITHIN = 18  # seconds; containers are killed after 25 (docker-compose.yml)
SENT_WITHIN = 3.0  # seconds that what is unsent has at the stop
# Seconds until the next batch is fetched after one that failed by a fault of ours: without a pause the whole stream would be
# fetched, and fail, in a moment.
PAUSE_AFTER_FAULT = 1.0
LOOK_AGAIN = 2.0  # seconds, while the database is older than what was told
STARTING = "the service is starting"


class Service:
    """One service. `start` and `stop` it once; `failed` is set to the reason when it can't go on."""

    def __init__(
        self,
        *,
        name: str,
        settings: ServiceSettings,
        database: Database,
        consumers: consume.Consumers,
        routers: Sequence[APIRouter],
        answers: Mapping[type[Question[Any]], ask.Answerer] | None = None,
        work: Callable[[ask.Ask], Sequence[Work]] | None = None,
        missing: Sequence[FindMissing] = (),
        retries: Retries | None = None,
        is_migrated: bool = True,
        shows: re.Pattern[str] | None = None,
    ) -> None:
        """`shows` fits the paths that may be looked at without a key."""
        self.name = name
        self.settings = settings
        self.missing = missing
        self.consumers = consumers
        self.database = database
        changes.watch(database)
        outbox.name_schemas_at(database, settings.public_url)
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.stopping = False
        self.is_started = False
        self.withheld: str | None = None  # why little is served (withheld.py)
        self.unknown_migrations: tuple[str, ...] = ()  # that a newer version has run
        self.is_older = asyncio.Event()  # the database, so that the start waits
        self.client: Client | None = None
        self.streams = [stream_of(publisher) for publisher in consumers.filters()]
        self.guard = Guard(database, consumers)
        self.batches = Batches(consumers, database, retries=retries)
        self.batches.streams_made_at = self.guard.made_at
        self.broker = broker.create(
            name, settings, fail=self.fail, is_back=self.guard.look_soon, is_stopping=lambda: self.stopping
        )
        consume.register(self.broker, consumers, self._take)
        ask.answer(self.broker, name, database, answers or {})
        self.ask = ask.Ask(self.broker)
        self.work = list(work(self.ask)) if work else []
        self._worker = Worker(database, self.work)
        self._relay = relay.Relay(database, stream_of(name))
        self._checks = Checks(name, self.streams, database, self.guard, self._relay, self._worker)
        self._watchdog: Watchdog | None = None
        self._watching: list[asyncio.Task[None]] = []
        self._taking: set[asyncio.Task[Any]] = set()  # each has a batch in hand
        self._lock: IO[str] | None = None
        self._is_migrated = is_migrated  # and has not its tables made by whoever puts it together
        self.refusals = Refusals(a_minute=settings.refusals_a_minute)
        self.api = self._create_api(routers, shows)

    def fail(self, reason: str) -> None:
        """This service can't go on: whoever runs it is to end it."""
        if not self.stopping and not self.failed.done():
            log.error("the service cannot go on", reason=reason, service=self.name)
            self.withheld = reason
            self.failed.set_result(reason)

    async def start(self) -> None:
        """Returns when it serves. Waits, and holds nothing, while its database is older than what was told.

        Raises CannotStart, broker.NoBroker or clock.WrongClock. First whatever may refuse, so that a service that cannot
        start has taken nothing in hand. Consumers, relay and due work begin last, and find everything there.
        """
        structlog.contextvars.bind_contextvars(service=self.name)
        self.withheld = STARTING
        await self._take_database()
        self.client = client = await broker.connect(self.broker, self.settings)
        # Looked for here: FastStream would try for five seconds, and not say what is missing.
        try:
            infos = {stream: await consumer_info(client, stream, self.name) for stream in self.streams}
        except (TimeoutError, nats.errors.Error):
            msg = "NATS does not say which consumers there are"
            raise CannotStart(msg) from None
        for stream, info in infos.items():
            if info is None:
                msg = f"NATS has no durable {self.name} on {stream}: run provision first"
                raise CannotStart(msg)
        self.batches.ack_wait = min((info.config.ack_wait or 5.0 for info in infos.values() if info), default=5.0)
        await self._until_not_older(client)
        self._watchdog = Watchdog(client, self.database, self.name, self.streams)
        try:
            await self.broker.start()
            await broker.flush(client)  # from here on the server knows which questions are answered here
        except (TimeoutError, nats.errors.Error) as error:
            msg = f"NATS was lost while starting: {type(error).__name__}"
            raise broker.NoBroker(msg) from None
        self._watching = [
            asyncio.create_task(self._watchdog.run(self.fail), name="watchdog"),
            asyncio.create_task(self.guard.run(client, self.fail), name="guard"),
        ]
        for task in (*self._watching, self._relay.start(client), *self._worker.start()):
            task.add_done_callback(self._must_not_end)
        self.is_started = True
        self.withheld = None
        log.info("ready", service=self.name)

    async def stop(self) -> None:
        """Finish what is in hand, send what is unsent, let go of everything; each for some seconds at most.

        In the order in which work travels: consumers and due work write what the relay sends, and all of them use the
        connection to NATS and the database.
        """
        self.stopping = True
        self.batches.stopping.set()  # a batch that waits for the database gives up
        self.guard.stop()
        for task in self._watching:
            task.cancel()
        subscribers = [subscriber.stop() for subscriber in self.broker.subscribers]
        await asyncio.gather(self._worker.stop(within=broker.FINISH), *subscribers, return_exceptions=True)
        await self._relay.stop(within=SENT_WITHIN)
        for task in self._taking:  # FastStream waits for these no longer, and they still use the database
            task.cancel()
        if using := [*self._watching, *self._taking]:  # a connection that is in use while its pool is closed stays open
            await asyncio.wait(using, timeout=3)
        if self.client is not None:
            await broker.let_go(self.client)
        await self.database.close()
        self._unlock_sqlite()  # last: another process may open the file now
        log.info("stopped", service=self.name)

    async def condition(self) -> Condition:
        """What is wrong with it. Lag is no part of that, or a backlog would take every replica out."""
        return await self._checks.condition(self.client, withheld=self.withheld or self._not_started)

    @property
    def _not_started(self) -> str | None:
        return None if self.is_started else STARTING

    async def _take_database(self) -> None:
        """Raises CannotStart or clock.WrongClock."""
        self._lock_sqlite()
        try:
            if self._is_migrated:
                await self._check_schema()
            async with self.database.transaction() as connection:
                await clock.prepare(connection, simulated=self.settings.simulated_clock)
        except (SQLAlchemyError, OSError) as error:
            reason = str(error).splitlines()[0]
            msg = f"the database cannot be reached, or lacks its tables (run migrate first): {reason}"
            raise CannotStart(msg) from None

    async def _check_schema(self) -> None:
        """One that a newer version has only added to will do. Raises CannotStart."""
        found = await migrations.look(self.database, self.name)
        try:
            found.check_serves()
        except WrongSchema as error:
            raise CannotStart(str(error)) from None
        self.unknown_migrations = tuple(found.unknown)
        if found.unknown:
            log.warning(
                "a newer version has added to the database; this one goes on with it", migrations=[*found.unknown]
            )

    async def _until_not_older(self, client: Client) -> None:
        """Look whether the database is older than what was told, and wait until somebody has brought it up to date.

        Raises CannotStart where that is not known.
        """
        try:
            while await self.guard.look(client):
                self._say_that_it_is_older()
                self._unlock_sqlite()
                await self._somebody_has_mended_it(client)
                await self._take_database()
        except UNKNOWN as error:
            msg = f"it is not known whether the database is older than what was told: {type(error).__name__}: {error}"
            raise CannotStart(msg) from None
        self.is_older.clear()

    def _say_that_it_is_older(self) -> None:
        """In its log, and to whoever asks for something."""
        self.withheld = (
            f"the database of {self.name} is older than what was told, so nothing is served: {self.guard.why_older}. "
            f"Bring it up to date with `kulturskole recover {self.name}`, or stop it and put a newer copy back"
        )
        log.error("the database is older than what was told", service=self.name, reason=self.withheld)
        self.is_older.set()

    async def _somebody_has_mended_it(self, client: Client) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            if self.stopping:  # the cancellation came while nats-py sent, and was swallowed
                raise asyncio.CancelledError
            if self.failed.done():
                raise CannotStart(self.failed.result())
            with suppress(*UNKNOWN):
                if not await self.guard.look(client) and not self._is_locked():
                    return

    def _must_not_end(self, task: asyncio.Task[None]) -> None:
        """Without its relay, its worker or its watchdog a service would be dead and look alive."""
        if not task.cancelled():
            self.fail(f"{task.get_name()} ended: {task.exception()!r}")

    async def _take(self, messages: list[Msg]) -> None:
        assert self._watchdog is not None  # for the type checker: start() set it
        stream = messages[0].metadata.stream
        task = asyncio.current_task()
        assert task is not None  # for the type checker
        self._watchdog.began(stream)
        self._taking.add(task)
        log.debug("messages are handled", stream=stream, count=len(messages))
        try:
            await self.batches.take(messages)
        except Exception:
            log.exception("a batch was given up; it will be delivered again", size=len(messages))
            await asyncio.sleep(PAUSE_AFTER_FAULT)
        finally:
            self._taking.discard(task)
            self._watchdog.ended(stream)

    def _is_locked(self) -> bool:
        """Whether somebody else holds the SQLite file."""
        try:
            self._lock_sqlite()
        except CannotStart:
            return True
        self._unlock_sqlite()
        return False

    def _unlock_sqlite(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _lock_sqlite(self) -> None:
        """Allow one process a file: SQLite has one writer, and on SQLite the relay takes itself for the only one."""
        if not self.database.is_sqlite:
            return
        path = f"{self.database.url.database}.lock"
        self._lock = open(path, "w")  # noqa: SIM115, PTH123 - held until the service stops
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._unlock_sqlite()
            msg = f"another process runs {self.name} on this SQLite file; several replicas need PostgreSQL"
            raise CannotStart(msg) from None

    def _create_api(self, routers: Sequence[APIRouter], shows: re.Pattern[str] | None) -> FastAPI:
        prefix = f"/{self.name}"
        api = FastAPI(
            title=f"Fremtidens kulturskole: {self.name}",
            version="1",
            openapi_url=None,
            redirect_slashes=False,  # its answer says nothing to who pasted a path with an empty id
            dependencies=[Depends(_each_request)],
            generate_unique_id_function=lambda route: route.name,
        )
        api.state.service = self
        api.state.database = self.database
        api.state.ask = self.ask
        api.state.keys = Keys(self.settings.keys_file)
        problems.install(api)
        api.add_middleware(AsCsv)
        api.add_middleware(Withheld, reason=lambda: self.withheld, prefix=prefix)
        api.add_middleware(
            ClosedByDefault,
            keys=api.state.keys,
            refusals=self.refusals,
            gateways=Gateways(self.settings.gateways),
            open_={root + path for root in ("", prefix) for path in OPEN},
            shows=shows,
        )
        for router in routers:
            api.include_router(router)
        technical = operations.routes(
            simulated_clock=self.settings.simulated_clock, has_projections=bool(self.consumers.filters())
        )
        api.include_router(technical, prefix=prefix)
        documents = contract.routes(api, prefix)
        api.include_router(documents, prefix=prefix)
        # At the root too, for those who reach a service without the gateway: a probe of its container, for one.
        api.include_router(technical, include_in_schema=False)
        api.include_router(documents)
        return api


def freeze_imports() -> None:
    """Have the garbage collector skip all that is imported by now, since it stays as long as the process.

    Looking at all of it over and over took a fifth of the time in which billing issues. So it looks less often, too: each look
    goes through the thousands of rows that a transaction has in hand, and finds none to let go of.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _each_request(request: Request, response: Response) -> None:
    """One dependency, since FastAPI takes its time for each. Raises what they raise."""
    await only_known_parameters(request)
    await only_plain_bodies(request)
    await etags.of_answers(request, response)


async def _run(service: Service) -> None:
    """Start the service, and wait until it can't go on."""
    await service.start()
    await asyncio.wait([service.failed])


async def serve(create: Callable[[], Service]) -> int:
    """Run one service until it is told to stop, or can't go on; returns the exit code."""
    service = create()
    freeze_imports()
    structlog.contextvars.bind_contextvars(service=service.name)
    stop_wanted = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop_wanted.set)
    try:
        listening = listen(service.settings.host, service.settings.port)
        # The API answers meanwhile, so that liveness and readiness tell the truth about the rest.
        server = server_for(service.api, refusals=service.refusals)
        running = asyncio.create_task(_run(service))  # which first of all has nothing else served
        http = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            stopping = asyncio.create_task(stop_wanted.wait())
            ends: set[asyncio.Future[Any]] = {running, stopping, http}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            service.stopping = True
            for task in (running, stopping):
                task.cancel()
            await asyncio.wait([running])
            if not running.cancelled():
                running.result()  # raises why it could not start
        finally:
            signal.alarm(STOPPED_WITHIN)  # SIGALRM ends the process where something does not let go
            # The API stops before what it uses.
            server.should_exit = True
            try:
                await http
            finally:
                await service.stop()
    except (CannotStart, broker.NoBroker, clock.WrongClock) as error:
        log.error("cannot start", service=service.name, reason=str(error))  # noqa: TRY400 - the message says it all
        return 1
    return 1 if service.failed.done() else 0


def main(name: str, create: Callable[[S], Service], settings: type[S]) -> None:
    """The command line of one service: `serve` runs it, `migrate` brings its database up to date. Raises SystemExit."""
    asked = _command_line(name).parse_args()
    given = settings()  # from the environment
    logs.configure(given.log_level, service=name)
    if asked.command == "migrate":
        role = given.serving_role
        sys.exit(asyncio.run(migrate(given.database_url, name, asked.kind, wait=asked.wait, serving_role=role)))
    sys.exit(asyncio.run(serve(lambda: create(given))))


def _command_line(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run it")
    add_options(commands.add_parser("migrate", help="bring its database up to date"))
    return parser
