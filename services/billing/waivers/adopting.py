"""A waiver taken back from its own event: the inverse of `telling.py`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.waivers import repository as waivers
from services.billing.waivers.domain.waiver import Waiver
from services.billing.works import look_again
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.messaging.facts import record
from shared.messaging.recover import BY, Adoptions


async def waiver(connection: AsyncConnection, event: Event[events.Waiver]) -> None:
    told = {name: getattr(event.data, name) for name in Waiver.__dataclass_fields__ if name != "event_id"}
    await waivers.adopt(connection, Waiver(**told, event_id=event.id), by=BY)
    await record(connection, look_again(event.data.programme, agreement=event.data.agreement))


ADOPTIONS: Adoptions = dict.fromkeys((events.INSTALMENT_WAIVED, events.INSTALMENT_WAIVER_WITHDRAWN), waiver)
