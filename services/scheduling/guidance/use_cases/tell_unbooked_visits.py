"""Tell of each guidance visit that is not booked though half of its window is gone, once, so that its advisor hears of it.

Looked for once a day: no event tells of a day that passes. A window that is moved is another, of which it is told anew.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.guidance import repository as guidance
from services.scheduling.guidance.domain.visits import Unbooked, Visit
from services.scheduling.plans import repository as plans
from services.scheduling.sessions import repository as session_rows
from shared import clock
from shared.contracts import scheduling as events
from shared.database import Database
from shared.messaging import outbox


async def tell_unbooked_visits(database: Database) -> None:
    """Run again on the same day, it changes nothing. As many statements for all of a programme's visits as for one."""
    async with database.reading() as connection:
        today, looked_on = await clock.today(connection), await guidance.looked_on(connection)
        if looked_on is not None and looked_on >= today:
            return
        due = {it.programme for it in await _due(connection, today)}
    for programme in sorted(due):
        async with database.transaction(wakes=False) as connection:
            await session_rows.lock_programme(connection, programme)
            found = await _of_programme(connection, programme, today)
            await guidance.keep_unbooked(connection, found)
            told = [_told(it) for it in found]
            await outbox.add(connection, events.GUIDANCE_VISIT_UNBOOKED, told, at=await clock.now(connection))
    async with database.transaction(wakes=False) as connection:
        await guidance.keep_looked_on(connection, today)


async def count_unbooked_to_tell(database: Database) -> int:
    """How many are still to be told of, since a day has come."""
    async with database.reading() as connection:
        today, looked_on = await clock.today(connection), await guidance.looked_on(connection)
        return 0 if looked_on is not None and looked_on >= today else len(await _due(connection, today))


async def _due(connection: AsyncConnection, today: date) -> list[Unbooked]:
    return [
        it
        for programme in await guidance.programmes_with_visits(connection)
        for it in await _of_programme(connection, programme, today)
    ]


async def _of_programme(connection: AsyncConnection, programme: str, today: date) -> list[Unbooked]:
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
    found = [_next(programme, it, told.get((it.party, it.number))) for it in late if it.party in advised]
    return [it for it in found if it is not None]


def _next(programme: str, visit: Visit, told: Unbooked | None) -> Unbooked | None:
    """What is to be told of a visit; none where it was told of with this window."""
    if told is not None and told.window == visit.window:
        return None
    version = told.version + 1 if told else 1
    return Unbooked(programme=programme, party=visit.party, number=visit.number, version=version, window=visit.window)


def _told(it: Unbooked) -> events.UnbookedVisit:
    return events.UnbookedVisit(
        programme=it.programme,
        party=it.party,
        number=it.number,
        version=it.version,
        window_first=it.window.first,
        window_last=it.window.last,
    )
