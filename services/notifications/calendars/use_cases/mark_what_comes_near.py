"""Have sessions looked at as their days come near: invitations waited for an agreement (S6), and a reminder is due (N1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.calendars import repository as calendars
from services.notifications.calendars.repository import Horizon
from services.notifications.works import look_at_calendars, of_session
from shared import clock
from shared.database import Database
from shared.messaging.facts import record


async def mark_what_comes_near(database: Database, *, ahead: timedelta, leads: Collection[int] = ()) -> None:
    """Mark what has come within `ahead` of today, or within one of `leads`, in days, since this was last done.

    No event tells of a day that passes.
    """
    async with database.reading() as connection:
        today = await clock.today(connection)
        if _is_seen(await calendars.horizon(connection), today, ahead):
            return
    async with database.transaction(wakes=False) as connection:  # this run itself goes on with what is marked
        today = await clock.today(connection)
        seen = await calendars.horizon(connection, lock=True)
        near = await _come_near(connection, seen, today, ahead, leads)
        await record(
            connection, [fact for programme, id in near for fact in look_at_calendars(programme, of_session(id))]
        )
        until = max(seen.until or date.min, today + ahead)
        await calendars.keep_horizon(
            connection, Horizon(until=until, reminded_on=max(seen.reminded_on or date.min, today))
        )


async def count_what_has_come_near(connection: AsyncConnection, *, ahead: timedelta, leads: Collection[int]) -> int:
    """How many sessions are to be marked, since a day has passed since this was last done."""
    today, seen = await clock.today(connection), await calendars.horizon(connection)
    return 0 if _is_seen(seen, today, ahead) else len(await _come_near(connection, seen, today, ahead, leads))


def _is_seen(seen: Horizon, today: date, ahead: timedelta) -> bool:
    until, reminded_on = seen
    return until is not None and until >= today + ahead and reminded_on is not None and reminded_on >= today


async def _come_near(
    connection: AsyncConnection, seen: Horizon, today: date, ahead: timedelta, leads: Collection[int]
) -> list[tuple[str, str]]:
    """Programme and id of these sessions; at first, from today."""
    after = seen.until or today - timedelta(days=1)
    near = await calendars.sessions_come_near(connection, after, today + ahead)
    return sorted({*near, *await calendars.sessions_to_remind_of(connection, seen.reminded_on, today, leads)})
