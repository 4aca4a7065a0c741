"""Have sessions looked at once they are near: invitations to them waited for an agreement (S6)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.calendars import repository as calendars
from services.notifications.works import look_at_calendars, of_session
from shared import clock
from shared.database import Database
from shared.messaging.facts import record


async def mark_what_comes_near(database: Database, *, ahead: timedelta) -> None:
    """Mark what has come within `ahead` of today since this was last done. No event tells of a day that passes."""
    async with database.reading() as connection:
        after, until = await _unseen(connection, ahead)
    if after >= until:
        return
    async with database.transaction(wakes=False) as connection:  # this run itself goes on with what is marked
        after, until = await _unseen(connection, ahead, lock=True)
        near = await calendars.sessions_come_near(connection, after, until)
        await record(
            connection, [fact for programme, id in near for fact in look_at_calendars(programme, of_session(id))]
        )
        await calendars.keep_horizon(connection, max(after, until))


async def has_come_near(connection: AsyncConnection, *, ahead: timedelta) -> bool:
    """Whether a day has passed since this was last done, and something is to be marked."""
    return bool(await calendars.sessions_come_near(connection, *await _unseen(connection, ahead)))


async def _unseen(connection: AsyncConnection, ahead: timedelta, *, lock: bool = False) -> tuple[date, date]:
    """After which day, and until which, nobody has looked yet; at first, from today."""
    today = await clock.today(connection)
    done = await calendars.horizon(connection, lock=lock)
    return done or today - timedelta(days=1), today + ahead
