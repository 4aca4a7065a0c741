"""Ask for attendance that was not recorded: three days after a session, and once more after ten (N1, S5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, product

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.attendance import repository as attendance
from services.registration.attendance import telling
from services.registration.attendance.domain.chasing import Delays, Unrecorded
from services.registration.attendance.domain.session import Session
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
            due = await _due(connection, delays, programme)
            await attendance.note_asked_for(connection, due)
            told = [telling.missing(it) for it in due]
            await outbox.add(connection, events.ATTENDANCE_MISSING, told, at=await clock.now(connection))


async def count_what_is_missing(database: Database, delays: Delays) -> int:
    """How much is to be asked for by now, and is not yet."""
    async with database.reading() as connection:
        return len(await _due(connection, delays))


async def _due(connection: AsyncConnection, delays: Delays, programme: str | None = None) -> list[Unrecorded]:
    """In one programme, or in all. As many statements for all sessions and parties of a programme as for one."""
    today = await clock.today(connection)
    over = await attendance.attended_between(connection, *delays.window(today), programme=programme)
    due: list[Unrecorded] = []
    for code, sessions in groupby(over, key=lambda it: it.programme):
        due += await _of_programme(connection, code, list(sessions), delays, today)
    return due


async def _of_programme(
    connection: AsyncConnection, programme: str, sessions: Sequence[Session], delays: Delays, today: date
) -> list[Unrecorded]:
    obliged = await attendance.obliged(connection, programme, today)
    ids = [it.id for it in sessions]
    sheets = await attendance.sheets_of_sessions(connection, programme, ids)
    asked = await attendance.asked_for(connection, ids)
    due = []
    for session, it in product(sessions, obliged):
        first, last = session.days[0], session.days[-1]
        stage = delays.stage(last, today)
        sheet, before = sheets.get((it.party, session.id)), asked.get((it.party, session.id), [])
        is_recorded = sheet is not None and sheet.covers(session.days)
        if stage is None or is_recorded or not it.binds_on(first, last) or (last, stage) in before:
            continue
        due.append(
            Unrecorded(
                version=len(before) + 1,
                programme=programme,
                session=session.id,
                party=it.party,
                first_day=first,
                last_day=last,
                stage=stage,
            )
        )
    return due
