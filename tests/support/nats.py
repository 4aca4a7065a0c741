"""A real nats-server with our users, that tests may kill and start again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Self

import nats as nats_py
import pytest
from nats.aio.client import Client

from deploy.nats_config import OPERATOR, USERS, nats_config
from deploy.nats_server import executable
from deploy.subscribers.folder import ACCOUNTS, Folder
from deploy.subscribers.managing import Subscribers
from shared.messaging.broker import inbox_prefix
from tests.support.processes import HOST, dies_with_tests, end, free_port
from tests.support.waiting import patiently

PASSWORDS = {user: f"the-test-password-of-{user}" for user in USERS}


class NatsServer:
    """One server with JetStream on disk, in `folder`; `config` gives the text of its configuration for a port."""

    def __init__(self, folder: Path, config: Callable[[int], str] | None = None, *, sync_always: bool = False) -> None:
        self._folder = folder
        self._sync_always = sync_always
        self._config = config or self._with_our_users
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[Client] = []
        self.port = free_port()
        self.url = f"nats://{HOST}:{self.port}"

    async def start(self) -> None:
        """Returns when it greets; on the same port and store each time. Call it from the main thread."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "nats.conf"
        path.write_text(self._config(self.port))
        with (self._folder / "nats.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - waits for the fork only
                [executable(), "--config", str(path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_tests(),
            )
        try:
            async with patiently():
                while not await self._greets():
                    if self._process.poll() is not None:
                        break
                    await asyncio.sleep(0.02)
                else:
                    return
        except TimeoutError:
            pass
        end(self._process)
        msg = f"nats-server did not start: {self.log()}"
        raise RuntimeError(msg)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.close()
        self.stop()

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Does nothing to one that is not running."""
        self._end(signal.SIGTERM)

    async def restart(self) -> None:
        self.stop()
        await self.start()

    async def client(self, user: str = OPERATOR, **options: Any) -> Client:
        """A connection as one of our users, with options of nats-py. It is closed when `async with` the server ends, or sooner."""
        client = await nats_py.connect(
            self.url, user=user, password=PASSWORDS[user], inbox_prefix=inbox_prefix(user), **options
        )
        self._clients.append(client)
        return client

    @property
    def subscribers(self) -> Subscribers:
        """Who else may read, as NATS' operator manages them; there is a `reader` from the start."""
        return Subscribers(self._folder / "subscribers", self.url, PASSWORDS[OPERATOR])

    async def client_of(self, credentials: Mapping[str, Any], **options: Any) -> Client:
        """A connection as a subscriber. It is closed as those of `client` are."""
        user, password, prefix = (credentials[it] for it in ("user", "password", "inbox_prefix"))
        client = Client()
        self._clients.append(client)  # also if it is not let in: nats-py leaves that connection open
        await client.connect(self.url, user=user, password=password, inbox_prefix=prefix, **options)
        return client

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def log(self) -> str:
        return (self._folder / "nats.log").read_text(errors="replace")[-2000:]

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is not None:
            end(self._process, with_signal)
            self._process = None

    def _with_our_users(self, port: int) -> str:
        Folder(self._folder / "subscribers").prepare(self.url, mode=0o700)
        return nats_config(
            PASSWORDS,
            store=self._folder / "jetstream",
            port=port,
            sync_always=self._sync_always,
            subscribers=f"subscribers/{ACCOUNTS}",
        )

    async def _greets(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return False
        try:
            return (await reader.readline()).startswith(b"INFO")
        except OSError:
            return False
        finally:
            writer.close()


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A server of the test's own, with no streams yet: `shared.messaging.streams.provision` makes them."""
    async with NatsServer(tmp_path / "nats") as server:
        yield server
