"""What an idle service costs in processor time and memory, as Linux counts them, and how long a start takes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from time import monotonic

from shared.contracts.catalogue import PUBLISHERS
from tests.bench.ground import Figures, Ground
from tests.support.fleet import Fleet
from tests.support.nats import NatsServer
from tests.support.releases import ROOT
from tests.support.smtp import MailServer

SECONDS = 20
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 2**20


async def measure(ground: Ground, figures: Figures) -> None:
    """On PostgreSQL; the service that needs the most counts."""
    databases = ground.kinds["postgresql"]
    folder = ground.new_folder()
    nats, mails = NatsServer(folder / "nats", sync_always=True), MailServer()
    await nats.start()
    await mails.start()
    fleet = Fleet(folder, {it: await databases.create(it) for it in PUBLISHERS}, nats, mails)
    await fleet.start()
    try:
        await asyncio.sleep(5)
        before = {it.service: _processor_time(it.pid) for it in fleet.all}
        await asyncio.sleep(SECONDS)
        shares = [(_processor_time(it.pid) - before[it.service]) / SECONDS for it in fleet.all]
        over = [_resident(it.pid) - await _of_imports(it.service) for it in fleet.all]
    finally:
        await fleet.stop()
        await mails.stop()
        nats.stop()
    figures["service.idle_cpu"] = max(shares)
    figures["service.idle_mib_over_imports"] = max(over) / MIB
    figures["start_to_ready_s"] = await _start(folder / "up")
    figures["demo_s"] = await _demo(folder / "demo")


async def _of_imports(service: str) -> int:
    """Bytes in memory of a process that has imported the service and nothing more."""
    code = f"import services.{service}.app, sys; sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readexactly(1)
    found = _resident(process.pid)
    process.kill()
    await process.wait()
    return found


async def _start(folder: Path) -> float:
    """From the command until it says that all is ready."""
    began = monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "up", "--state", str(folder), "--port", "0", "--nats-port", "0"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    took = monotonic() - began
    process.send_signal(signal.SIGINT)
    await process.communicate()
    return took


async def _demo(folder: Path) -> float:
    began = monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "demo", "--exit", "--state", str(folder), "--port", "0"),
        *("--nats-port", "0"),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    return monotonic() - began


def _processor_time(pid: int | None) -> float:
    """Seconds that a process has used, for itself and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident(pid: int | None) -> int:
    """Bytes that a process has in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
