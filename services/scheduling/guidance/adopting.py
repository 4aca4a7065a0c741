"""Of which visits it was told that they are not booked, and which were held, taken back from their own events.

Minutes stand in no event: of what was held they may be lost, and are missing until they are written anew.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.guidance import repository as guidance
from services.scheduling.guidance.domain.visits import Unbooked, Window
from services.scheduling.sessions.adopting import session
from shared.contracts import scheduling as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def unbooked_visit(connection: AsyncConnection, event: Event[events.UnbookedVisit]) -> None:
    it = event.data
    unbooked = Unbooked(
        programme=it.programme,
        party=it.party,
        number=it.number,
        version=it.version,
        window=Window(first=it.window_first, last=it.window_last),
    )
    await guidance.keep_unbooked(connection, [unbooked])


async def held(connection: AsyncConnection, event: Event[events.Session]) -> None:
    await session(connection, event)
    if event.data.party is not None:
        await guidance.keep_lost_minutes(connection, event.data.id, by=BY)


ADOPTIONS: Adoptions = {
    events.GUIDANCE_VISIT_UNBOOKED: unbooked_visit,
    **{events.BY_NAME[kind, "completed"]: held for kind in ("guidance_visit", "contract_meeting")},
}
