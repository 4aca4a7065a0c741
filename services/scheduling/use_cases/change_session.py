"""Change a session and tell of it: what each use case does before or after its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import repository, telling
from services.scheduling.domain.plan import Reason, is_revision
from services.scheduling.domain.session import Session
from services.scheduling.use_cases.change_plan import note_revision
from shared import seen
from shared.contracts import scheduling as events
from shared.database import Database
from shared.messaging import outbox


async def change_session(
    database: Database,
    id: str,
    rule: Callable[[Session], Session],
    happened: events.Happened,
    *,
    by: str,
    reason: Reason = "other",
) -> Session:
    """Apply a rule to a session, which needs to know nothing of other sessions.

    One that the rule leaves as it was makes no event. Raises what the rule raises, or NotFound.
    """
    async with database.transaction() as connection:
        session, _ = await repository.lock_with_programme(connection, id)
        return await change_and_revise(connection, session, rule(session), happened, by=by, reason=reason)


async def change_and_revise(
    connection: AsyncConnection,
    before: Session,
    after: Session,
    happened: events.Happened,
    *,
    by: str,
    reason: Reason,
) -> Session:
    """Save a session, and note the plan's next revision where it shows another session by that (S6).

    `before` was read under its lock and its programme's. Raises Stale.
    """
    found = await save_session(connection, before, after, happened, by=by)
    if is_revision(before, found):
        await note_revision(connection, found.programme, changed=1, reason=reason, by=by)
    return found


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
