"""Save what became of a session and tell of it: the same end of every use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import repository, telling
from services.scheduling.domain.session import Session
from shared.contracts import scheduling as events
from shared.database import Database
from shared.messaging import outbox


async def change(
    database: Database, id: str, rule: Callable[[Session], Session], happened: events.Happened, *, by: str
) -> Session:
    """Apply a rule to a session. One that it leaves as it was makes no event. Raises what the rule raises, or NotFound."""
    async with database.transaction() as connection:
        session = await repository.session(connection, id, lock=True)
        return await save(connection, session, rule(session), happened, by=by)


async def save(
    connection: AsyncConnection, before: Session, after: Session, happened: events.Happened, *, by: str
) -> Session:
    if after == before:
        return before
    found = replace(after, version=before.version + 1)
    await repository.save(connection, found, by=by)
    await tell(connection, found, happened)
    return found


async def tell(connection: AsyncConnection, session: Session, happened: events.Happened) -> None:
    event = telling.session(session)
    await outbox.tell(connection, events.session_event(event, happened), event)
