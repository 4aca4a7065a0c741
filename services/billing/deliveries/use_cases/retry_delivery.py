"""Have a document that did not arrive be tried again, or sent by mail instead."""

from __future__ import annotations

from dataclasses import replace

from services.billing.deliveries import repository as deliveries
from services.billing.deliveries.domain.delivery import (
    BY_HAND,
    NOT_REFUSED,
    Delivery,
    Step,
    check_can_be_retried,
)
from services.billing.deliveries.repository import changed
from services.billing.deliveries.use_cases.tell import store_and_tell
from shared.clock import database_now
from shared.database import Database
from shared.ids import new_id


async def retry_delivery(database: Database, id: str, *, by: str) -> None:
    """Try it again as it was tried last: now, where it is under way, and anew where it did not arrive.

    What an access point has refused gets another id there, since it refused the one that it knows. Raises NotFound, and
    Conflict for one that is delivered, credited, or waits for nothing.
    """
    async with database.transaction() as connection:
        it = await deliveries.delivery(connection, id, is_to_change=True)
        check_can_be_retried(it, is_credited=it.is_credited)
        now = await database_now(connection)
        if it.state in ("queued", "submitted"):
            await deliveries.hasten(connection, it.id, now=now, by=by)
            return
        if it.channel == "mail":
            again: Delivery = changed(it, Step(state="by_mail", channel="mail", why=it.why), now=now, by=by)
        else:
            again = replace(changed(it, Step(state="queued", channel="ehf"), now=now, by=by), queued_at=now)
            if it.why not in NOT_REFUSED:
                again = replace(again, submission=new_id(), accepted=False, tries=0)
        await store_and_tell(connection, [_plain(again)])


async def send_by_mail(database: Database, id: str, *, by: str) -> None:
    """Send it by mail instead, whatever its party has said. Raises NotFound, and Conflict as the other."""
    async with database.transaction() as connection:
        it = await deliveries.delivery(connection, id, is_to_change=True)
        check_can_be_retried(it, is_credited=it.is_credited)
        step = Step(state="by_mail", channel="mail", why=BY_HAND)
        await store_and_tell(connection, [_plain(changed(it, step, now=await database_now(connection), by=by))])


def _plain(it: Delivery) -> Delivery:
    """Without what only a list says."""
    return Delivery(**{name: getattr(it, name) for name in Delivery.__dataclass_fields__})
