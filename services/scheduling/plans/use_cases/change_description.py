"""Change a session's title, place, venue, city, link or number."""

from __future__ import annotations

from typing import Any

from services.scheduling.plans.domain.plan import Reason
from services.scheduling.plans.use_cases.change_session import change_and_revise
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.place_in_plan import check_place_is_free
from services.scheduling.sessions.domain.session import Session, check_not_cancelled, check_open
from services.scheduling.sessions.domain.whereabouts import check_where, with_place
from shared.database import Database


async def change_description(
    database: Database, id: str, changes: dict[str, Any], *, by: str, reason: Reason = "other"
) -> Session:
    """`changes` has the fields that change. Raises NotFound, RuleBroken or Conflict."""
    async with database.transaction() as connection:
        session, _ = await session_rows.lock_with_programme(connection, id)
        after = with_place(session, changes)
        is_lost = session.title is None  # since a restore: it is said anew, whatever the session has become
        if after != session and not is_lost:
            check_not_cancelled(session, "title")
        if session.state == "completed" and (after.venue, after.city) != (session.venue, session.city):
            check_where(after)
        if after.number != session.number:
            check_open(session, "number")
            check_place_is_free(await session_rows.in_same_place(connection, after))
        return await change_and_revise(connection, session, after, "changed", by=by, reason=reason)
