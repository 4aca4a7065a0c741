"""Queries about who was erased, and where people wrote of somebody. Each works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.circumstances import repository as circumstances
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.repository import session_of
from shared.database import insert

s = tables.session.c


class Said(NamedTuple):
    """A text that people wrote: what it is, which one, and what it says."""

    where: str
    key: tuple[str, ...]
    text: str


async def keep_forgotten(connection: AsyncConnection, person: str, *, version: int) -> bool:
    """Note that an erasure was answered; False where it was before."""
    statement = insert(connection, tables.forgotten_person).on_conflict_do_nothing()
    return (await connection.execute(statement, {"id": person, "version": version})).rowcount == 1


async def naming(connection: AsyncConnection, words: Collection[str], *, after: str) -> list[Session]:
    """The sessions in whose title, place or link one of these words stands, by id."""
    query = select(tables.session).where(s.id > after).order_by(s.id)
    found = map(session_of, await connection.execute(query))
    return [it for it in found if _names(words, it.title, it.place, it.venue, it.city, it.meeting_link)]


async def texts_naming(connection: AsyncConnection, words: Collection[str]) -> list[Said]:
    """Minutes, reasons for which something was accepted, and why days are avoided, in which one of these words stands."""
    m, a = tables.minutes, tables.accepted
    found = [
        Said("minutes.text", (row.session,), row.text)
        for row in await connection.execute(select(m).where(m.c.text.is_not(None)))
    ]
    found += [
        Said("accepted.because", (row.programme, row.code, row.about), row.because)
        for row in await connection.execute(select(a).where(a.c.because.is_not(None)))
    ]
    for programme in (await connection.execute(select(tables.days_to_avoid.c.programme))).scalars():
        avoided = await circumstances.days_to_avoid(connection, programme)
        found += [Said("days_to_avoid.why", (programme, it.first.isoformat()), it.why) for it in avoided.days]
    return sorted(it for it in found if _names(words, it.text))


def _names(words: Collection[str], *texts: str | None) -> bool:
    """However they are spaced, and in capitals or not."""
    said = _spaced(" ".join(text for text in texts if text))
    return any(_spaced(word) in said for word in words)


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())
