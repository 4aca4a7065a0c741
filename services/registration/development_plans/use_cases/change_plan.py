"""Change a party's development plan: its focus, what it ties to, its phases (R11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_accepted
from services.registration.areas.use_cases.check_named import check_named
from services.registration.development_plans import repository as plans
from services.registration.development_plans import telling
from services.registration.development_plans.domain.plan import Plan, changed
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def change_plan(database: Database, programme: str, party: str, changes: dict[str, Any], *, by: str) -> Plan:
    """Change what is given, as `changed` takes it; what stood before is kept. Where nothing differs there is no event.

    Raises NotFound, Stale, RuleBroken for a development area of another county or term, or Conflict for one that is withdrawn and
    for a party that is not accepted.
    """
    async with database.transaction() as connection:
        opened = await programmes.get(connection, programme, lock=True)
        registered = await parties.get(connection, party)
        check_accepted(await applications.find(connection, programme, party))
        before = await plans.of_party(connection, programme, party)
        after = changed(before, **changes)
        if after == before:
            return before
        seen.compare(before)
        if after.development_area not in (None, before.development_area):
            period = {"first": opened.period_start, "last": opened.period_end}
            await check_named(connection, after.development_area, registered, **period, rule="R11")
        now = await clock.now(connection)
        after = replace(after, version=before.version + 1, changed_at=now, changed_by=by)
        await plans.add(connection, after)
        await outbox.tell(connection, events.DEVELOPMENT_PLAN_CHANGED, telling.development_plan(after))
        return after
