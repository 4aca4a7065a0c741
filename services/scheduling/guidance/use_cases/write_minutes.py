"""Write the minutes of a visit or meeting with one party."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.guidance import repository as guidance
from services.scheduling.guidance.domain.minutes import Minutes, check_may_have_minutes
from services.scheduling.sessions import repository as session_rows
from shared import seen
from shared.database import Database


async def write_minutes(database: Database, id: str, text: str | None, *, by: str) -> Minutes:
    """None takes away what stands, or says that there are none. Raises NotFound, RuleBroken, Conflict or Stale."""
    async with database.transaction() as connection:
        session = await session_rows.session(connection, id, lock=True)
        check_may_have_minutes(session)
        before = await guidance.minutes(connection, id, lock=True)
        if before.version and before.text == text:
            return before
        seen.compare(before)
        after = replace(before, version=before.version + 1, text=text, written_by=by)
        await guidance.save_minutes(connection, after)
        return after
