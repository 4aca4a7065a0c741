"""Change an agreement, and tell of it where others are to hear: the same end of every use case."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements import telling
from services.registration.agreements.domain.agreement import Agreement
from shared.contracts import registration as events
from shared.contracts.envelope import EventType
from shared.messaging import outbox


async def change_agreement(
    connection: AsyncConnection,
    before: Agreement,
    after: Agreement,
    happened: EventType[events.Agreement] | None,
    *,
    by: str,
) -> Agreement:
    """One that is as it was makes no event. `before` was read under its lock."""
    if after == before:
        return before
    if happened is None:
        await agreements.save(connection, before, after, by=by)
        return after
    found = replace(after, version=before.version + 1)
    await agreements.save(connection, before, found, by=by)
    await outbox.tell(connection, happened, telling.agreement(found))
    return found
