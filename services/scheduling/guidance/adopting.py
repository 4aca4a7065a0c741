"""Of which visits it was told that they are not booked, taken back from its own event, for a database that lost it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.guidance import repository as guidance
from services.scheduling.guidance.domain.visits import Window
from shared.contracts import scheduling as events
from shared.contracts.envelope import Event
from shared.messaging.recover import Adoptions


async def unbooked_visit(connection: AsyncConnection, event: Event[events.UnbookedVisit]) -> None:
    it = event.data
    await guidance.keep_unbooked(
        connection,
        programme=it.programme,
        party=it.party,
        number=it.number,
        version=it.version,
        window=Window(first=it.window_first, last=it.window_last),
    )


ADOPTIONS: Adoptions = {events.GUIDANCE_VISIT_UNBOOKED: unbooked_visit}
