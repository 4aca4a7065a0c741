"""Processes of this version, forked from one that has loaded its code: loading it takes two seconds of a core, each time.

They are what `python -m` makes in all else: with their own environment, killed, stopped and waited for as any process.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from shared import points
from tests.support.processes import dies_with_tests, end

ROOT = Path(__file__).parents[2]
# Each of what these processes run, with what it loads only when it is run.
LOADED = (
    "deploy.cli",
    "deploy.fake_access_point",
    "deploy.parts",
    "tests.support.toy",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "aiosqlite",
    "uvicorn",
)
NUMBER = struct.Struct("!i")


class Forked:
    """As much of `asyncio.subprocess.Process` as tests use."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._ends(connection))

    async def wait(self) -> int:
        return await asyncio.shield(self._ending)

    def send_signal(self, which: signal.Signals) -> None:
        """Raises ProcessLookupError where it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, which)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def _ends(self, connection: socket.socket) -> int:
        connection.setblocking(False)
        with connection:
            (self.returncode,) = NUMBER.unpack(await asyncio.get_running_loop().sock_recv(connection, NUMBER.size))
        return self.returncode


Process = Forked | asyncio.subprocess.Process


async def start(
    module: str, *arguments: str, environment: Mapping[str, str], out: IO[bytes], err: IO[bytes]
) -> Process:
    """Run a module as `python -m` does, in the project's folder."""
    if sys.platform != "linux":  # where forking is not safe for all that may be loaded
        command = (sys.executable, "-m", module, *arguments)
        return await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_parent())
    asked = {"module": module, "arguments": arguments, "environment": dict(environment)}
    socket.send_fds(connection, [json.dumps(asked).encode() + b"\n"], [out.fileno(), err.fileno()])
    (pid,) = NUMBER.unpack(connection.recv(NUMBER.size))
    return Forked(pid, connection)


@functools.cache
def _parent() -> str:
    """Where the process listens that all are forked from; one for each process that runs tests."""
    listening = socket.socket(socket.AF_UNIX)
    address = f"\0kulturskole-tests-{os.getpid()}"  # of no file; Linux forgets it with the socket
    listening.bind(address)
    listening.listen()
    with listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forks", str(listening.fileno())],
            cwd=ROOT,
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_tests(),
        )
    atexit.register(end, process)
    return address


def _serve(listening: socket.socket) -> tuple[str, list[str]]:
    """Fork whoever is asked for, and say how it ended. Returns in each of them, with the module to run and its arguments."""
    children: dict[int, socket.socket] = {}
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno())
    while True:
        ready, _, _ = select.select([listening, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _tell_ends(children)
        if listening in ready:
            connection, _ = listening.accept()
            asked, streams = _read(connection)
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (listening, woken, wakes, connection, *children.values()):
                    each.close()
                _become(asked["environment"], streams)
                return asked["module"], asked["arguments"]
            for stream in streams:
                os.close(stream)
            children[pid] = connection
            connection.sendall(NUMBER.pack(pid))


def _read(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    line, streams, _, _ = socket.recv_fds(connection, 1 << 16, 2)
    while not line.endswith(b"\n"):
        line += connection.recv(1 << 16)
    return json.loads(line), streams


def _tell_ends(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with children.pop(pid) as connection, suppress(BrokenPipeError):  # nobody waits for it any more
            connection.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))


def _become(environment: Mapping[str, str], streams: list[int]) -> None:
    dies_with_tests()()
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), *streams)):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    importlib.reload(points)  # it has read the environment


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # what is loaded is garbage in none of them
    run, sys.argv[1:] = _serve(socket.socket(fileno=int(sys.argv[1])))
    sys.modules.pop(run, None)  # or it is said that it was loaded before
    runpy.run_module(run, run_name="__main__", alter_sys=True)
