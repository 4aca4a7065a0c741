"""A release taken back from its own event: the inverse of `telling.py`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.occasions import repository as occasions
from services.billing.occasions.domain.release import Release
from services.billing.works import look_again_for
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.messaging.facts import record
from shared.messaging.recover import BY, Adoptions


async def release(connection: AsyncConnection, event: Event[events.Release]) -> None:
    told = {name: getattr(event.data, name) for name in Release.__dataclass_fields__ if name != "event_id"}
    await occasions.adopt(connection, Release(**told, event_id=event.id), by=BY)
    await record(connection, look_again_for(event.data.programme, event.data.id))


ADOPTIONS: Adoptions = dict.fromkeys((events.INSTALMENT_RELEASED, events.INSTALMENT_RELEASE_WITHDRAWN), release)
