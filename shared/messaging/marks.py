"""Marks: what is to be looked at again, and the lock by which one at a time does so.

A fact leaves a mark in its own transaction. A worker takes a key of the work: it locks the key and then reads the marks on
it. After that it reads the facts, does what is due, and removes exactly the marks that it took. A fact that is committed
meanwhile keeps its mark, and is looked at next time.

Marks are appended and never merged. Say that a fact found the mark of another fact on its key, and left none of its own. A
worker that read the facts just before this one was committed would see the other alone, remove the mark of both, and nobody
would ever look at this fact.

Walking through what is marked, asking other services and deciding are the subject's own (docs/adr/0001).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.among import among
from shared.messaging.facts import Added, Fact, Present
from shared.messaging.set_aside import tried_in_vain
from shared.messaging.tables import work_lock, work_mark

CHUNK = 1000  # ids a statement: SQLite and PostgreSQL bound how many parameters one may have


class Mark(NamedTuple):
    id: int
    part: str | None  # of the key; none: all of it


@dataclass(frozen=True)
class Marks:
    """The marks on a key that could be seen when it was taken; empty where someone else had it."""

    marks: Sequence[Mark]

    def __bool__(self) -> bool:
        return bool(self.marks)

    @property
    def on_all(self) -> bool:
        """Whether one of them is on the whole key, and so on every part of it."""
        return any(mark.part is None for mark in self.marks)

    def slices(self, size: int) -> Iterator[Marks]:
        """These marks in the order in which they were left, so many at a time."""
        return (Marks(self.marks[start : start + size]) for start in range(0, len(self.marks), size))

    def parts(self, *, after: str = "", limit: int | None = None) -> Sequence[str]:
        """The next parts that a mark is on, each once and in order."""
        start = bisect_right(self._parts, after)
        return self._parts[start : None if limit is None else start + limit]

    @cached_property
    def _parts(self) -> Sequence[str]:
        return sorted({mark.part for mark in self.marks if mark.part is not None})


def leave(work: str, key: str, part: str | None = None) -> Iterator[Fact]:
    """Facts that have a key of the work looked at again, or a part of it. They add the row to lock where it has none."""
    yield Present(work_lock, work=work, key=key)
    yield Added(work_mark, work=work, key=key, part=part)


async def keys(connection: AsyncConnection, work: str) -> list[str]:
    """The keys that a mark is on, in order."""
    m = work_mark.c
    return list((await connection.execute(select(m.key).where(m.work == work).distinct().order_by(m.key))).scalars())


async def every_key(connection: AsyncConnection, work: str) -> list[str]:
    """Every key that a mark was ever left on, in order."""
    k = work_lock.c  # its rows are never removed
    return list((await connection.execute(select(k.key).where(k.work == work).order_by(k.key))).scalars())


async def was_left_on(connection: AsyncConnection, work: str, key: str) -> bool:
    """Whether a mark was ever left on this key."""
    k = work_lock.c
    return (await connection.execute(select(k.key).where(k.work == work, k.key == key))).first() is not None


async def lock(connection: AsyncConnection, work: str, key: str, *, wait: bool) -> bool:
    """Be the only one at this key until the end of the transaction.

    False where no mark was ever left on it, and, unless `wait`, where another transaction has it.
    """
    # SQLite ignores FOR UPDATE: there a transaction is the only one that writes anyway.
    query = select(work_lock.c.key).where(work_lock.c.work == work, work_lock.c.key == key)
    return (await connection.execute(query.with_for_update(skip_locked=not wait))).first() is not None


async def is_at_work(connection: AsyncConnection, work: str, key: str) -> bool:
    """Whether a mark on this key waits for its worker. Not where that has tried many times in vain."""
    m = work_mark.c
    waits = exists().where(m.work == work, m.key == key, ~tried_in_vain(m.work, m.key))
    return bool((await connection.execute(select(waits))).scalar())


async def take(connection: AsyncConnection, work: str, key: str, *, wait: bool) -> Marks:
    """Lock a key, then read its marks: in a statement of its own, so that it sees what was committed while it waited."""
    if not await lock(connection, work, key, wait=wait):
        return Marks(())
    return await left_on(connection, work, key)


async def left_on(connection: AsyncConnection, work: str, key: str) -> Marks:
    """The marks on a key, for who only looks."""
    m = work_mark.c
    query = select(m.id, m.part).where(m.work == work, m.key == key).order_by(m.id)
    return Marks([Mark(row.id, row.part) for row in await connection.execute(query)])


async def are_there(connection: AsyncConnection, marks: Marks) -> bool:
    """Whether all of these marks are still there; asked under the lock by a worker that asked another service outside it.

    If one is gone, another worker has used answers that may be newer than ours, and ours must not be used after them.
    """
    found = 0
    for ids in _chunks(marks):
        query = select(func.count()).select_from(work_mark).where(among(work_mark.c.id, ids))
        found += (await connection.execute(query)).scalar_one()
    return found == len(marks.marks)


async def remove(connection: AsyncConnection, marks: Marks) -> None:
    """Remove exactly these. Not all up to the highest: ids are not committed in order, and one may come in between."""
    for ids in _chunks(marks):
        await connection.execute(delete(work_mark).where(among(work_mark.c.id, ids)))


async def count_and_oldest(connection: AsyncConnection, work: str | None = None) -> tuple[int, datetime | None]:
    """How many marks there are, on one work or on all, and when the oldest of them was left, in real time.

    Those on a key that was tried many times in vain are none of these: they count as set aside (set_aside.py).
    """
    m = work_mark.c
    query = select(func.count(), func.min(m.left_at)).select_from(work_mark).where(~tried_in_vain(m.work, m.key))
    if work is not None:
        query = query.where(work_mark.c.work == work)
    count, oldest = (await connection.execute(query)).one()
    return count, oldest


def _chunks(marks: Marks) -> Iterator[list[int]]:
    ids = sorted(mark.id for mark in marks.marks)
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
