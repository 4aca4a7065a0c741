"""Change a plan and tell of it (S6): what publishing it does, and each change of a session that stands in it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.plans import repository as plans
from services.scheduling.plans import telling
from services.scheduling.plans.domain.plan import Plan, Reason, Revision, revised
from shared import clock
from shared.contracts import scheduling as events
from shared.messaging import outbox

BY = "scheduling"  # what has a plan from before told of


async def save_published(connection: AsyncConnection, plan: Plan, *, by: str) -> None:
    """Save a plan's first revision, and tell that it was published. The programme is locked."""
    revision = Revision(
        number=plan.revision,
        day=plan.published_on,
        reason=None,
        sessions=await plans.count_sessions(connection, plan.programme),
        changed=None,
        by=by,
    )
    await plans.save(connection, plan, revision)
    await outbox.tell(connection, events.PLAN_PUBLISHED, telling.plan(plan, revision))


async def told_plan(connection: AsyncConnection, programme: str) -> Plan:
    """A programme's plan, which is told of first where it is one from before plans were published. The programme is locked."""
    plan = await plans.plan_of(connection, programme)
    if not plan.is_untold:
        return plan
    plan = replace(plan, version=1)
    await save_published(connection, plan, by=BY)
    return plan


async def note_revision(
    connection: AsyncConnection, programme: str, *, changed: int, reason: Reason, by: str
) -> Plan | None:
    """Make the next revision of a published plan, once so many of its sessions were changed; none of a draft.

    The programme is locked.
    """
    plan = await told_plan(connection, programme)
    if not plan.is_published:
        return None
    found = revised(plan)
    revision = Revision(
        number=found.revision,
        day=await clock.today(connection),
        reason=reason,
        sessions=await plans.count_sessions(connection, programme),
        changed=changed,
        by=by,
    )
    await plans.save(connection, found, revision)
    await outbox.tell(connection, events.PLAN_REVISED, telling.plan(found, revision))
    return found
