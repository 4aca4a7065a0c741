"""What the benchmarks stand on: databases as durable as in production, and figures taken in turns."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.postgres import DURABLE, Postgres

ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")

Figures = dict[str, float]
Databases = SqliteDatabases | PostgresDatabases
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Ground:
    folder: Path
    kinds: dict[str, Databases]  # by name: sqlite, postgresql

    def new_folder(self) -> Path:
        folder = self.folder / f"{next(_numbers)}"
        folder.mkdir()
        return folder


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    server = Postgres(DURABLE)
    server.start()
    files = folder / "sqlite"
    files.mkdir()
    try:
        yield Ground(folder=folder, kinds={"sqlite": SqliteDatabases(files), "postgresql": PostgresDatabases(server)})
    finally:
        server.remove()


async def in_turns(
    floor: Callable[[], Awaitable[float]], ours: Callable[[], Awaitable[float]], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Seconds of the floor and of ours, from the round whose ratio is the median.

    They are measured in turns, since a noisy machine is then noisy for both.
    """
    taken = [(await floor(), await ours()) for _ in range(rounds)]
    middle = median(of_floor / of_ours for of_floor, of_ours in taken)
    return min(taken, key=lambda it: abs(it[0] / it[1] - middle))


def processor_time() -> float:
    """Seconds that this process has used with all its threads, and the processes below it: a database's server."""
    return process_time() + sum(_used(pid) for pid in _below(os.getpid()))


def _below(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from _below(int(child))


def _used(pid: int) -> float:
    """Of itself and of what it has started and that has ended, by Linux's account; in hundredths of a second."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(it) for it in fields[11:15]) / TICKS


@contextmanager
def clocked(clock: Callable[[], float] = perf_counter) -> Iterator[Callable[[], float]]:
    """Yields how many seconds the block took, once it is over.

    By `processor_time` they are what it was computed for, and not what it waited: a busy machine changes them little.
    """
    began = clock()
    ended: list[float] = []
    yield lambda: ended[0] - began
    ended.append(clock())
