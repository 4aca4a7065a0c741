"""Save what became of a session and tell of it: the same end of every use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import repository
from services.scheduling.domain.session import Session
from shared import clock
from shared.database import Database
from shared.events import scheduling as events
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
    told = entity(session)
    await outbox.add(connection, events.session_event(told, happened), [told], at=await clock.now(connection))


def entity(session: Session) -> events.Session:
    """As others hear of it. Title and place of what is held with one party are theirs to ask for."""
    public = session.party is None
    return events.Session(
        id=session.id,
        version=session.version,
        programme=session.programme,
        party=session.party,
        kind=session.kind,
        format=session.format,
        title=session.title if public else None,
        number=session.number,
        instalment=session.instalment,
        when=events.When.model_validate_json(repository.WHEN.dump_json(session.when)),
        place=session.place if public else None,
        state=session.state,
    )
