"""A plan, taken back from its own event: the inverse of `telling.py`, for a database that lost it.

Days to avoid stand in no event: a plan that comes back has lost them, unless they are known or said anew.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.circumstances import repository as circumstances
from services.scheduling.plans import repository as plans
from services.scheduling.plans.domain.plan import Plan, Revision
from shared.contracts import scheduling as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def plan(connection: AsyncConnection, event: Event[events.Plan]) -> None:
    """Who asked for it is told by no event."""
    it = event.data
    found = Plan(programme=it.programme, version=it.version, revision=it.revision, published_on=it.published_on)
    revision = Revision(
        number=it.revision,
        day=it.published_on if it.revision == 1 else it.revised_on,
        reason=it.reason,
        sessions=it.sessions,
        changed=it.changed,
        by=BY,
    )
    await plans.adopt(connection, found, revision)
    await circumstances.keep_lost_days_to_avoid(connection, it.programme, by=BY)


ADOPTIONS: Adoptions = dict.fromkeys(events.PLAN_EVENTS, plan)
