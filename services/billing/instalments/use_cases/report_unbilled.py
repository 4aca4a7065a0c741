"""Tell weekly of what is not invoiced or did not arrive, where there is something: the programme's contact person gets a mail of it (B8).

Looked for once a week: no event tells of a week that begins. What is told is what was so when it began, so that neither the hour
nor the day on which it is looked for makes a difference. What did not arrive is counted as it is then: deliveries go by real time.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.deliveries.repository import count_undelivered
from services.billing.instalments import reports, telling
from services.billing.instalments.domain.report import Report, monday_of, week_of
from services.billing.instalments.use_cases.list_unbilled import pressing
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared import clock
from shared.contracts import billing as events
from shared.database import Database
from shared.messaging import marks, outbox


async def report_unbilled(database: Database) -> None:
    """Run again in the same week, it changes nothing; of weeks that were skipped nothing is told."""
    async with database.reading() as connection:
        monday = await _monday_to_look_at(connection)
        if monday is None:
            return
        due = await _due(connection, monday)
    if not all([await _report(database, it.programme, monday) for it in due]):
        return  # what is told of it waits for the next run
    async with database.transaction(wakes=False) as connection:
        await reports.keep_looked_on(connection, monday)


async def _report(database: Database, programme: str, monday: date) -> bool:
    """Tell of one programme. False where news of it is still to be worked off, from which invoices may follow."""
    async with database.transaction(wakes=False) as connection:
        await marks.lock(connection, ISSUE_WHAT_IS_DUE, programme, wait=True)
        due = [it for it in await _due(connection, monday) if it.programme == programme]
        # After the facts and under the lock: whatever was seen of news has its mark still.
        if await marks.is_at_work(connection, ISSUE_WHAT_IS_DUE, programme):
            return False
        for report in due:
            if await reports.keep(connection, report):
                await outbox.tell(connection, events.UNBILLED_REPORTED, telling.report(report))
    return True


async def count_reports_to_tell(database: Database) -> int:
    """How many are still to be told, since a week has begun."""
    async with database.reading() as connection:
        monday = await _monday_to_look_at(connection)
        return 0 if monday is None else len(await _due(connection, monday))


async def _monday_to_look_at(connection: AsyncConnection) -> date | None:
    """Of this week; none where it was looked at."""
    monday, looked_on = monday_of(await clock.today(connection)), await reports.looked_on(connection)
    return None if looked_on is not None and looked_on >= monday else monday


async def _due(connection: AsyncConnection, monday: date) -> list[Report]:
    """Those that say something, and are not told yet."""
    unbilled, sessions = await pressing(connection, monday), await reports.not_completed(connection, monday)
    undelivered = await count_undelivered(connection)
    told = await reports.told(connection, week_of(monday))
    return [
        Report(
            programme=programme,
            week=week_of(monday),
            unbilled=len({it.which for it in unbilled.get(programme, ())}),
            late=len({it.which for it in unbilled.get(programme, ()) if it.is_late}),
            not_completed=len(sessions.get(programme, ())),
            undelivered=undelivered.get(programme, 0),
        )
        for programme in sorted({*unbilled, *sessions, *undelivered} - told)
    ]
