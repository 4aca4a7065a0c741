"""Take back an end that was recorded by mistake (A6)."""

from __future__ import annotations

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.ending import end_taken_back
from services.registration.agreements.use_cases.change_agreement import change_agreement
from shared.contracts import registration as events
from shared.database import Database


async def take_end_back(database: Database, id: str, reason: str | None, *, by: str) -> Agreement:
    """An agreement without an end is left as it is. Raises NotFound."""
    async with database.transaction() as connection:
        before = await agreements.get(connection, id, lock=True)
        after = end_taken_back(before, reason)
        return await change_agreement(connection, before, after, events.AGREEMENT_END_TAKEN_BACK, by=by)
