"""Save a changed agreement and tell of it: the last step of each use case that changes one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements import telling
from services.registration.agreements.domain.agreement import Agreement
from shared import seen
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
    """Save `after`, and publish `happened` about it. `before` was read under the agreement's lock.

    Nothing is done where both are alike. Where `happened` is None, for a signature that is not the last, there is no event,
    and the version stays. Raises Stale.
    """
    if after == before:
        return before
    seen.compare(before)
    if happened is None:
        await agreements.save(connection, before, after, by=by)
        return after
    found = replace(after, version=before.version + 1)
    await agreements.save(connection, before, found, by=by)
    await outbox.tell(connection, happened, telling.agreement(found))
    return found
