"""What the benchmarks stand on: databases as durable as in production, and figures taken in turns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.postgres import DURABLE, Postgres

ROUNDS = 3

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


@contextmanager
def clocked() -> Iterator[Callable[[], float]]:
    """Yields how many seconds the block took, once it is over."""
    began = perf_counter()
    ended: list[float] = []
    yield lambda: ended[0] - began
    ended.append(perf_counter())
