"""Store what became of deliveries, and tell of what ended or goes by mail; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.deliveries import repository as deliveries
from services.billing.deliveries import telling
from services.billing.deliveries.domain.delivery import Delivery
from shared import clock
from shared.contracts import billing as events
from shared.contracts.envelope import EventType
from shared.messaging import outbox

TOLD: dict[str, EventType[events.Delivery]] = {
    "by_mail": events.DOCUMENT_HANDED_TO_MAIL,
    "delivered": events.DOCUMENT_DELIVERED,
    "undelivered": events.DOCUMENT_DELIVERY_FAILED,
}


async def store_and_tell(connection: AsyncConnection, changed: Sequence[Delivery]) -> None:
    """One that goes by mail keeps the id of the event that tells it: its mail will name it."""
    at = await clock.now(connection)
    told = [it for it in changed if it.state in TOLD]
    hashes = await deliveries.hashes(connection, told)
    mail_events: dict[str, str] = {}
    for state, kind in TOLD.items():
        those = [it for it in told if it.state == state]
        added = await outbox.add(connection, kind, [telling.delivery(it, hashes[it.id]) for it in those], at=at)
        if state == "by_mail":
            mail_events = {it.id: event.id for it, event in zip(those, added, strict=True)}
    kept = [replace(it, mail_event=mail_events[it.id]) if it.id in mail_events else it for it in changed]
    await deliveries.change(connection, kept)
