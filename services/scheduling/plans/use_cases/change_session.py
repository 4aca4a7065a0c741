"""Change a session, and revise the plan where it shows another one by that: what each use case does around its rule."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.plans.domain.plan import Reason, is_revision
from services.scheduling.plans.use_cases.change_plan import note_revision
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import Session
from services.scheduling.sessions.use_cases.save_session import save_session
from shared.contracts import scheduling as events
from shared.database import Database


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
        session, _ = await session_rows.lock_with_programme(connection, id)
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
