"""Record who of a group was at a session on which day; said anew, it replaces what was recorded (R5, S5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_accepted
from services.registration.attendance import repository as attendance
from services.registration.attendance import telling
from services.registration.attendance.domain.sheet import Sheet, recorded
from services.registration.groups import repository as groups
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def record_attendance(
    database: Database, session: str, party: str, present: Mapping[str, Collection[date]], *, by: str
) -> Sheet:
    """The sheet as it stands by then. `present` has the days on which each participant was there, by id.

    The same content twice is one version. Raises NotFound, RuleBroken, Stale, or Conflict for a party that is not accepted or a
    session that is cancelled.
    """
    async with database.transaction() as connection:
        found = await attendance.session(connection, session)
        await programmes.get(connection, found.programme, lock=True)
        found = await attendance.session(connection, session)
        registered_party = await parties.get(connection, party)
        check_accepted(await applications.find(connection, found.programme, party))
        group = await groups.of_party(connection, found.programme, registered_party)
        before = await attendance.sheet(connection, found, party)
        after = recorded(before, found, group, present, await clock.today(connection))
        if before.is_recorded and after == before:
            return before
        seen.compare(before)
        after = replace(after, version=before.version + 1)
        await attendance.save(connection, after, by=by)
        await outbox.tell(connection, events.ATTENDANCE_RECORDED, telling.attendance(after))
        return after
