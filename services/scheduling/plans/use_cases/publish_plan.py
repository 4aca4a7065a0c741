"""Publish a plan (S6): from then on people are invited to its sessions, and each change of it is a revision."""

from __future__ import annotations

from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance
from services.scheduling.circumstances.use_cases.heed_warnings import heed_plan
from services.scheduling.plans import repository as plans
from services.scheduling.plans.domain.plan import Plan, published
from services.scheduling.plans.use_cases.change_plan import save_published, told_plan
from services.scheduling.sessions import repository as session_rows
from shared import clock, seen
from shared.database import Database


async def publish_plan(database: Database, programme: str, acceptance: Acceptance = NOTHING_SEEN, *, by: str) -> Plan:
    """Raises NotFound for a programme that is not known yet, Stale, NotAccepted, or Conflict for a plan that is published."""
    async with database.transaction() as connection:
        await session_rows.lock_programme(connection, programme)
        plan = await told_plan(connection, programme)
        seen.compare(plan)
        found = published(plan, await clock.today(connection))
        await heed_plan(connection, programme, acceptance, by=by)
        await save_published(connection, found, by=by)
        return found


async def tell_of_plans_from_before(database: Database) -> None:
    """Tell of the plans of programmes from before plans were published: they count as published, on a day that nobody knows."""
    async with database.reading() as connection:
        found = await plans.untold(connection)
    for programme in found:
        async with database.transaction() as connection:
            await session_rows.lock_programme(connection, programme)
            await told_plan(connection, programme)
