"""Deliveries taken back from their own events: the inverse of `telling.py`. What was told delivered is not delivered again."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.deliveries import repository as deliveries
from services.billing.deliveries.domain.delivery import State
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.messaging.recover import Adoptions


async def handed_to_mail(connection: AsyncConnection, event: Event[events.Delivery]) -> None:
    await _adopt(connection, event, "by_mail", mail_event=event.id)


async def delivered(connection: AsyncConnection, event: Event[events.Delivery]) -> None:
    await _adopt(connection, event, "delivered")


async def failed(connection: AsyncConnection, event: Event[events.Delivery]) -> None:
    await _adopt(connection, event, "undelivered")


async def _adopt(
    connection: AsyncConnection, event: Event[events.Delivery], state: State, *, mail_event: str | None = None
) -> None:
    it = event.data
    told: dict[str, Any] = {name: getattr(it, name) for name in ("version", "channel", "receipt")}
    told |= {"state": state, "why": it.code, "changed_at": event.time}  # and not when it came back
    if mail_event is not None:
        told["mail_event"] = mail_event
    await deliveries.adopt(connection, it.programme, it.kind, it.number, told)


ADOPTIONS: Adoptions = {
    events.DOCUMENT_HANDED_TO_MAIL: handed_to_mail,
    events.DOCUMENT_DELIVERED: delivered,
    events.DOCUMENT_DELIVERY_FAILED: failed,
}
