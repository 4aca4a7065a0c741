"""Say on which days a programme does not meet, as school holidays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.scheduling.circumstances import repository as circumstances
from services.scheduling.circumstances.domain.days_to_avoid import Avoided, DaysToAvoid, in_order
from services.scheduling.sessions import repository as session_rows
from shared import seen
from shared.database import Database


async def say_days_to_avoid(database: Database, programme: str, days: Iterable[Avoided], *, by: str) -> DaysToAvoid:
    """These, in place of those that stand. Nothing that is planned changes. Raises NotFound, RuleBroken or Stale."""
    found = in_order(days)
    async with database.transaction() as connection:
        await session_rows.lock_programme(connection, programme)
        before = await circumstances.days_to_avoid(connection, programme, lock=True)
        if before.version and before.days == found:
            return before
        seen.compare(before)
        after = replace(before, version=before.version + 1, days=found)
        await circumstances.save_days_to_avoid(connection, after, by=by)
        return after
