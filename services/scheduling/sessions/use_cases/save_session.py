"""Save a session and tell of it: what each use case does after its rule."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.sessions import repository, telling
from services.scheduling.sessions.domain.session import Session
from shared import seen
from shared.contracts import scheduling as events
from shared.messaging import outbox


async def save_session(
    connection: AsyncConnection, before: Session, after: Session, happened: events.Happened, *, by: str
) -> Session:
    """Save a session as its next version, and tell of it; nothing where both are alike. `before` was read under its lock.

    Raises Stale.
    """
    if after == before:
        return before
    seen.compare(before)
    found = replace(after, version=before.version + 1)
    await repository.save(connection, found, by=by)
    await tell_of_session(connection, found, happened)
    return found


async def tell_of_session(connection: AsyncConnection, session: Session, happened: events.Happened) -> None:
    entity = telling.session(session)
    await outbox.tell(connection, events.session_event(entity, happened), entity)
