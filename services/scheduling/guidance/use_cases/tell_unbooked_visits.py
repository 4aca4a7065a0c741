"""Tell of each guidance visit that is not booked though half of its window is gone, once, so that its advisor hears of it.

Looked for once a day: no event tells of a day that passes. A window that is moved is another, of which it is told anew.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.guidance import repository as guidance
from services.scheduling.guidance.domain.visits import Visit, Window
from services.scheduling.plans import repository as plans
from services.scheduling.sessions import repository as session_rows
from shared import clock
from shared.contracts import scheduling as events
from shared.database import Database
from shared.messaging import outbox


async def tell_unbooked_visits(database: Database) -> None:
    """Run again on the same day, it changes nothing."""
    async with database.reading() as connection:
        today, looked_on = await clock.today(connection), await guidance.looked_on(connection)
        if looked_on is not None and looked_on >= today:
            return
        due = {programme for programme, _ in await _due(connection, today)}
    for programme in sorted(due):
        async with database.transaction(wakes=False) as connection:
            await session_rows.lock_programme(connection, programme)
            for visit in await _of_programme(connection, programme, today):
                await _tell(connection, programme, visit)
    async with database.transaction(wakes=False) as connection:
        await guidance.keep_looked_on(connection, today)


async def count_unbooked_to_tell(database: Database) -> int:
    """How many are still to be told of, since a day has come."""
    async with database.reading() as connection:
        today, looked_on = await clock.today(connection), await guidance.looked_on(connection)
        return 0 if looked_on is not None and looked_on >= today else len(await _due(connection, today))


async def _due(connection: AsyncConnection, today: date) -> list[tuple[str, Visit]]:
    return [
        (programme, visit)
        for programme in await guidance.programmes_with_visits(connection)
        for visit in await _of_programme(connection, programme, today)
    ]


async def _of_programme(connection: AsyncConnection, programme: str, today: date) -> list[Visit]:
    """Those that can still be booked, and whose advisor is not told yet; who has none is told of once there is one.

    None of a draft, by which nobody books anything yet.
    """
    if not (await plans.plan_of(connection, programme)).is_published:
        return []
    late = [
        it for it in await guidance.visits_of(connection, programme) if it.is_late(today) and today <= it.window.last
    ]
    if not late:
        return []
    told, advised = await guidance.unbooked(connection, programme), await guidance.advised(connection, programme)
    return [it for it in late if it.party in advised and _window_told(told, it) != it.window]


def _window_told(told: dict[tuple[str, int], tuple[int, Window]], it: Visit) -> Window | None:
    found = told.get((it.party, it.number))
    return found[1] if found else None


async def _tell(connection: AsyncConnection, programme: str, it: Visit) -> None:
    before = (await guidance.unbooked(connection, programme)).get((it.party, it.number))
    entity = events.UnbookedVisit(
        programme=programme,
        party=it.party,
        number=it.number,
        version=before[0] + 1 if before else 1,
        window_first=it.window.first,
        window_last=it.window.last,
    )
    await guidance.keep_unbooked(
        connection,
        programme=programme,
        party=it.party,
        number=it.number,
        version=entity.version,
        window=it.window,
    )
    await outbox.tell(connection, events.GUIDANCE_VISIT_UNBOOKED, entity)
