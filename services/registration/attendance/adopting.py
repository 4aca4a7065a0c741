"""Attendance taken back from its own events: the inverse of `telling.py`. Who was there no event carries, and is missing then."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.attendance import repository as attendance
from services.registration.attendance.domain.chasing import Unrecorded
from services.registration.attendance.domain.sheet import Day, Sheet
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def recorded(connection: AsyncConnection, event: Event[events.Attendance]) -> None:
    it = event.data
    if await attendance.version(connection, it.session, it.party) >= it.version:
        return
    days = tuple(Day(**{name: getattr(day, name) for name in Day.__dataclass_fields__}) for day in it.days)
    sheet = Sheet(version=it.version, programme=it.programme, session=it.session, party=it.party, days=days)
    await attendance.save(connection, sheet, by=BY)


async def asked_for(connection: AsyncConnection, event: Event[events.MissingAttendance]) -> None:
    """So that it is not asked for anew."""
    it = event.data
    await attendance.note_asked_for(
        connection, [Unrecorded(**{name: getattr(it, name) for name in Unrecorded.__dataclass_fields__})]
    )


ADOPTIONS: Adoptions = {events.ATTENDANCE_RECORDED: recorded, events.ATTENDANCE_MISSING: asked_for}
