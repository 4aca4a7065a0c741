"""Notifications' database is put back from before a reminder: whoever was to be reminded and was not yet is, once (N1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.contracts.envelope import Event
from shared.contracts.scheduling import Session
from shared.database import Database
from tests.integration.notifications.test_recover import running
from tests.integration.notifications.test_reminders import FIRST, at, reminded
from tests.integration.notifications.world import LATER
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import AT, accepted, party, plan_published, programme, sent, session
from tests.support.smtp import MailServer

BOTH = ["ada", "bo"]


class Lost:
    """Ada and Bo are invited; the rest happened after the older moment."""

    def __init__(self, drill: Drill, smtp: MailServer, database: Database, older: Database) -> None:
        self.drill = drill
        self.smtp = smtp
        self.database = database
        self.older = older

    async def day_is(self, database: Database, days_before: int, *, leaves: int = 0) -> None:
        await set_clock(database, at(FIRST - timedelta(days=days_before)))
        async with running(self.drill, self.smtp, database, leaves=leaves):
            pass

    async def recover(self) -> None:
        await self.database.close()
        assert (await self.drill.recover(self.older)).invalid == []

    def reminders(self) -> int:
        """How many a mail server has taken."""
        return sum(it.message["Subject"].startswith("Påminnelse") for it in self.smtp.deliveries)


@asynccontextmanager
async def lost(
    drill_of: DrillOf,
    smtp: MailServer,
    make_database: MakeDatabase,
    copy_database: CopyDatabase,
    *news: Event[Session],
) -> AsyncIterator[Lost]:
    drill, database = await drill_of("notifications"), await make_database("notifications")
    await set_clock(database, AT)
    await drill.publish(programme(), plan_published(), party(1), accepted(1), sent(1), session())
    async with running(drill, smtp, database):
        pass
    older = await copy_database(database)
    await drill.publish(*news)
    yield Lost(drill, smtp, database, older)


async def test_who_had_not_been_sent_a_reminder_that_was_written_is_sent_it(
    drill_of: DrillOf, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    async with lost(drill_of, smtp, make_database, copy_database) as it:
        await smtp.stop()
        await it.day_is(it.database, 14, leaves=2)
        assert await reminded(it.database) == [(who, 14, FIRST) for who in BOTH]
        await smtp.start()
        await it.recover()
        await it.day_is(it.older, 13)
        assert await reminded(it.older) == [(who, 14, FIRST) for who in BOTH]
        assert it.reminders() == 2
        await it.day_is(it.older, 13)
        assert it.reminders() == 2


async def test_a_day_that_passed_before_it_was_recovered_is_made_up_for_by_the_nearest_reminder(
    drill_of: DrillOf, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    async with lost(drill_of, smtp, make_database, copy_database) as it:
        await it.day_is(it.database, 14)
        await it.recover()
        await it.day_is(it.older, 1)  # the day of the second reminder passed while it was away
        assert await reminded(it.older) == [(who, lead, FIRST) for lead in (14, 2) for who in BOTH]
        assert it.reminders() == 4


async def test_of_a_session_that_was_moved_after_the_reminder_people_are_reminded_anew(
    drill_of: DrillOf, smtp: MailServer, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    async with lost(drill_of, smtp, make_database, copy_database) as it:
        await it.day_is(it.database, 14)
        await it.drill.publish(session("moved", version=2, last_day=LATER))
        await it.day_is(it.database, 13)
        await it.recover()
        later = LATER - timedelta(days=1)
        for days_before in (10, 7, 7, 5):  # of the day before it was moved; the session is a week later now
            await it.day_is(it.older, days_before)
        assert await reminded(it.older) == [(who, 14, first) for first in (FIRST, later) for who in BOTH]
        assert it.reminders() == 4
