"""Close a programme that is settled, or open it again (R6)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.programmes import repository as programmes
from services.registration.programmes import telling
from services.registration.programmes.domain.closing import closed, reopened
from services.registration.programmes.domain.programme import Programme
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def close_programme(database: Database, code: str, *, by: str) -> Programme:
    """Closed twice it is closed once. Raises NotFound or Stale."""
    return await _become(database, code, is_closed=True, by=by)


async def reopen_programme(database: Database, code: str, *, by: str) -> Programme:
    """One that is open stays so. Raises NotFound or Stale."""
    return await _become(database, code, is_closed=False, by=by)


async def _become(database: Database, code: str, *, is_closed: bool, by: str) -> Programme:
    async with database.transaction() as connection:
        before = await programmes.get(connection, code, lock=True)
        after = closed(before, await clock.today(connection)) if is_closed else reopened(before)
        if after == before:
            return before
        seen.compare(before)
        after = replace(after, version=before.version + 1)
        await programmes.save(connection, after, by=by)
        happened = events.PROGRAMME_CLOSED if is_closed else events.PROGRAMME_CHANGED
        await outbox.tell(connection, happened, telling.programme(after))
        return after
