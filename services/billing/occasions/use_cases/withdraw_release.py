"""Withdraw a release (B6): what it made due is credited, unless something else makes it due (B5)."""

from __future__ import annotations

from dataclasses import replace

from services.billing.occasions import repository as occasions
from services.billing.occasions import telling
from services.billing.occasions.domain.release import Release
from services.billing.works import look_again_for
from shared import seen
from shared.contracts import billing as events
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.facts import record


async def withdraw_release(database: Database, id: str, *, by: str) -> Release:
    """Withdraw a release; one that is withdrawn already stays as it is. Raises NotFound or Stale."""
    async with database.transaction() as connection:
        release = await occasions.release(connection, id)
        if release.withdrawn:
            return release
        seen.compare(release)
        release = replace(release, version=release.version + 1, withdrawn=True)
        event = await outbox.tell(connection, events.INSTALMENT_RELEASE_WITHDRAWN, telling.release(release))
        release = replace(release, event_id=event.id)
        await occasions.change_release(connection, release, by=by)
        await record(connection, look_again_for(release.programme, release.id))
        return release
