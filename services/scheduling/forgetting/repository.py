"""Queries about who was erased, and in which sessions people wrote of somebody. Each works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.repository import session_of
from shared.database import insert

s = tables.session.c


async def keep_forgotten(connection: AsyncConnection, person: str, *, version: int) -> bool:
    """Note that an erasure was answered; False where it was before."""
    statement = insert(connection, tables.forgotten_person).on_conflict_do_nothing()
    return (await connection.execute(statement, {"id": person, "version": version})).rowcount == 1


async def naming(
    connection: AsyncConnection, words: Collection[str], *, after: str, limit: int
) -> tuple[list[Session], str | None]:
    """The sessions in whose title, place or link one of these words stands, by id; and after which one there are more."""
    sought = [it.casefold() for it in words]
    query = select(tables.session).where(s.id > after).order_by(s.id)
    found = [it for it in map(session_of, await connection.execute(query)) if _names(it, sought)]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _names(it: Session, sought: Collection[str]) -> bool:
    said = " ".join(text for text in (it.title, it.place, it.venue, it.meeting_link) if text).casefold()
    return any(word in said for word in sought)
