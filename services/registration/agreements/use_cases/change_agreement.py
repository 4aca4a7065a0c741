"""Save a changed agreement and tell of it: the last step of each use case that changes one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import documents, telling
from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.document import says_another
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

    What changes its document makes a new version of that. Nothing is done where both are alike. Where `happened` is None, for a signature that is not the last, there is no event,
    and the version stays. Raises Stale.
    """
    if after == before:
        return before
    seen.compare(before)
    if happened is None:
        await agreements.save(connection, before, after, by=by)
        return after
    return await _saved(connection, before, after, happened, anew=says_another(before, after), by=by)


async def save_with_document(connection: AsyncConnection, it: Agreement, *, by: str) -> Agreement:
    """Write an agreement's document anew, since somebody whom it names is called otherwise, and tell of it as amended."""
    return await _saved(connection, it, it, events.AGREEMENT_AMENDED, anew=True, by=by)


async def _saved(
    connection: AsyncConnection,
    before: Agreement,
    after: Agreement,
    happened: EventType[events.Agreement],
    *,
    anew: bool,
    by: str,
) -> Agreement:
    found = replace(after, version=before.version + 1)
    if anew:
        found = await documents.write(connection, found)
    await agreements.save(connection, before, found, by=by)
    await outbox.tell(connection, happened, telling.agreement(found))
    return found
