"""Marks: what `issue_what_is_due` is to look at again, and the lock by which one at a time does so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from shared.messaging.facts import Added, Fact, Present

CHUNK = 1000  # ids a statement: SQLite and PostgreSQL bound how many parameters one may have


class Marks(NamedTuple):
    ids: list[int]
    on_all: bool  # one of them is on the programme, and so on every agreement


class PartyMark(NamedTuple):
    id: int
    party: str


def look_again(programme: str, agreement: str | None = None) -> Iterator[Fact]:
    """Facts that have `issue_what_is_due` look at one agreement, or at all of the programme's."""
    yield Present(tables.programme_lock, programme=programme)
    yield Added(tables.mark, programme=programme, agreement=agreement)


async def lock_programme(connection: AsyncConnection, programme: str, *, wait: bool) -> bool:
    """Take the programme until the end of the transaction; False where someone else has it and we don't wait."""
    lock = tables.programme_lock
    query = select(lock).where(lock.c.programme == programme).with_for_update(skip_locked=not wait)
    return (await connection.execute(query)).first() is not None


async def all_programmes(connection: AsyncConnection) -> list[str]:
    """Every programme that any fact has named."""
    lock = tables.programme_lock
    return list((await connection.execute(select(lock.c.programme).order_by(lock.c.programme))).scalars())


async def marked_programmes(connection: AsyncConnection) -> list[str]:
    m = tables.mark
    return list((await connection.execute(select(m.c.programme).distinct().order_by(m.c.programme))).scalars())


async def of_programme(connection: AsyncConnection, programme: str) -> Marks:
    """The programme's marks that can be seen now."""
    m = tables.mark
    rows = (await connection.execute(select(m.c.id, m.c.agreement).where(m.c.programme == programme))).all()
    return Marks(ids=[row.id for row in rows], on_all=any(row.agreement is None for row in rows))


async def remove(connection: AsyncConnection, marks: Marks) -> None:
    """Delete exactly these: what was added since is still to be looked at."""
    for ids in _chunks(sorted(marks.ids)):
        await connection.execute(delete(tables.mark).where(tables.mark.c.id.in_(ids)))


async def take_of_parties(connection: AsyncConnection, limit: int) -> list[PartyMark]:
    """Marks on parties, up to `limit`, that nobody else has taken."""
    m = tables.party_mark
    query = select(m.c.id, m.c.party).order_by(m.c.id).limit(limit).with_for_update(skip_locked=True)
    return [PartyMark(row.id, row.party) for row in await connection.execute(query)]


async def remove_of_parties(connection: AsyncConnection, taken: Iterable[PartyMark]) -> None:
    for ids in _chunks([mark.id for mark in taken]):
        await connection.execute(delete(tables.party_mark).where(tables.party_mark.c.id.in_(ids)))


async def count(connection: AsyncConnection) -> int:
    """How many marks there are, on programmes, agreements and parties."""
    of_programmes = (await connection.execute(select(func.count()).select_from(tables.mark))).scalar_one()
    return of_programmes + await count_of_parties(connection)


async def count_of_parties(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.count()).select_from(tables.party_mark))).scalar_one()


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
