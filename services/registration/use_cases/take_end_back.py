"""Take back an end that was recorded by mistake (A6)."""

from __future__ import annotations

from services.registration.domain.agreement import Agreement, end_taken_back
from services.registration.repository import agreements
from services.registration.use_cases.change_agreement import change_agreement
from shared.database import Database
from shared.events import registration as events


async def take_end_back(database: Database, id: str, reason: str | None, *, by: str) -> Agreement:
    """An agreement without an end is left as it is. Raises NotFound."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        after = end_taken_back(before, reason)
        return await change_agreement(connection, before, after, events.AGREEMENT_END_TAKEN_BACK, by=by)
