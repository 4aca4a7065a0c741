"""Record that a concern is resolved (R10)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.domain.agreement import Agreement, Concern, resolved
from services.registration.repository import agreements
from services.registration.use_cases import tell
from shared.database import Database
from shared.events import registration as events


async def resolve_concern(database: Database, id: str, note: str | None, *, by: str) -> tuple[Concern, Agreement]:
    """Raises NotFound or Conflict."""
    async with database.transaction() as connection:
        agreement = (await agreements.concern(connection, id)).agreement
        about = await agreements.get(connection, agreement, lock=True)
        before = await agreements.concern(connection, id)  # as it is under the lock
        after = resolved(before, about, note)
        if after == before:
            return before, about
        after = replace(after, version=before.version + 1)
        await agreements.save_concern(connection, after, by=by)
        await tell.tell(connection, events.CONCERN_RESOLVED, tell.concern(after, about))
        return after, about
