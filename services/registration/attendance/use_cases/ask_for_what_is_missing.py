"""Ask for attendance that was not recorded: three days after a session, and once more after ten (N1, S5)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.attendance import repository as attendance
from services.registration.attendance import telling
from services.registration.attendance.domain.chasing import Delays, Unrecorded
from services.registration.programmes import repository as programmes
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def ask_for_what_is_missing(database: Database, delays: Delays) -> None:
    """Tell of what is missing, each once a stage, however often and in however many replicas this runs."""
    async with database.reading() as connection:
        found = await _due(connection, delays)
    for programme in sorted({it.programme for it in found}):
        async with database.transaction() as connection:
            await programmes.find(connection, programme, lock=True)
            due = [it for it in await _due(connection, delays) if it.programme == programme]
            await attendance.note_asked_for(connection, due)
            told = [telling.missing(it) for it in due]
            await outbox.add(connection, events.ATTENDANCE_MISSING, told, at=await clock.now(connection))


async def count_what_is_missing(database: Database, delays: Delays) -> int:
    """How much is to be asked for by now, and is not yet."""
    async with database.reading() as connection:
        return len(await _due(connection, delays))


async def _due(connection: AsyncConnection, delays: Delays) -> list[Unrecorded]:
    today = await clock.today(connection)
    over = await attendance.attended_between(connection, *delays.window(today))
    if not over:
        return []
    obliged = await attendance.obliged(connection, {it.programme for it in over}, today)
    due = []
    for session in over:
        first, last = session.days[0], session.days[-1]
        stage = delays.stage(last, today)
        sheets = await attendance.sheets_of_session(connection, session)
        asked = await attendance.asked_for(connection, session.id)
        for it in obliged:
            is_recorded = it.party in sheets and sheets[it.party].covers(session.days)
            is_bound = it.programme == session.programme and it.binds_on(first, last)
            if stage is None or is_recorded or not is_bound or (last, stage) in asked[it.party]:
                continue
            due.append(
                Unrecorded(
                    version=len(asked[it.party]) + 1,
                    programme=session.programme,
                    session=session.id,
                    party=it.party,
                    first_day=first,
                    last_day=last,
                    stage=stage,
                )
            )
    return due
