"""Record that a concern is resolved (R10)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.agreements import repository as agreements
from services.registration.agreements import telling
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.concern import Concern, resolved
from shared import seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def resolve_concern(database: Database, id: str, note: str | None, *, by: str) -> tuple[Concern, Agreement]:
    """The concern, resolved, and its agreement. Raises NotFound, Conflict or Stale."""
    async with database.transaction() as connection:
        # An agreement's concerns are changed under its lock, and which agreement that is stands in the concern.
        agreement_id = (await agreements.concern(connection, id)).agreement
        agreement = await agreements.get(connection, agreement_id, lock=True)
        before = await agreements.concern(connection, id)  # read again: it may have changed before the lock
        after = resolved(before, agreement, note)
        if after == before:
            return before, agreement
        seen.compare(before, before.state(agreement))
        after = replace(after, version=before.version + 1)
        await agreements.save_concern(connection, after, by=by)
        await outbox.tell(connection, events.CONCERN_RESOLVED, telling.concern(after, agreement))
        return after, agreement
