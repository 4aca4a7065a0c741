"""Take a waiver back: the instalment is invoiced, again too, if it is due (B5)."""

from __future__ import annotations

from dataclasses import replace

from services.billing.waivers import repository as waivers
from services.billing.waivers import telling
from services.billing.waivers.domain.waiver import Waiver
from services.billing.works import look_again
from shared import seen
from shared.contracts import billing as events
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.facts import record


async def withdraw_waiver(database: Database, id: str, *, by: str) -> Waiver:
    """Withdraw a waiver; one that is withdrawn already stays as it is. Raises NotFound or Stale."""
    async with database.transaction() as connection:
        waiver = await waivers.waiver(connection, id)
        if waiver.withdrawn:
            return waiver
        seen.compare(waiver)
        waiver = replace(waiver, version=waiver.version + 1, withdrawn=True)
        event = await outbox.tell(connection, events.INSTALMENT_WAIVER_WITHDRAWN, telling.waiver(waiver))
        waiver = replace(waiver, event_id=event.id)
        await waivers.change(connection, waiver, by=by)
        await record(connection, look_again(waiver.programme, agreement=waiver.agreement))
        return waiver
