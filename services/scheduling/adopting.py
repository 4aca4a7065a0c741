"""A session, a plan, or an erasure's answer, taken back from its own event: the inverse of `telling.py`, for a database that lost it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import guidance, plans, repository
from services.scheduling.domain.carried_instalment import check_instalment
from services.scheduling.domain.plan import Plan, Revision
from services.scheduling.domain.planning import check_planned
from services.scheduling.domain.session import Session
from services.scheduling.domain.visits import Window
from shared.contracts import scheduling as events
from shared.contracts.envelope import Event
from shared.contracts.erasure import FORGOTTEN_IN_PLAN, PersonInPlan
from shared.messaging.recover import BY, Adoptions

# What no event carries stays as it is known, or is missing.
NEVER_TOLD = frozenset({"meeting_link"})
NOT_TOLD_OF_ONE_PARTY = NEVER_TOLD | {"title", "place", "venue", "city"}


async def session(connection: AsyncConnection, event: Event[events.Session]) -> None:
    """Raises RuleBroken for one that could never stand in a plan."""
    it = event.data
    found = Session(
        **{name: getattr(it, name) for name in Session.__dataclass_fields__ if name not in NEVER_TOLD},
        meeting_link=None,
    )
    check_planned(found)
    check_instalment(found, carrier=None)
    unknown = NEVER_TOLD if it.party is None else NOT_TOLD_OF_ONE_PARTY
    await repository.adopt(connection, found, unknown=unknown, by=BY, changed_at=event.time)


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


async def forgotten(connection: AsyncConnection, event: Event[PersonInPlan]) -> None:
    await repository.keep_forgotten(connection, event.data.id, version=event.data.version)


async def unbooked_visit(connection: AsyncConnection, event: Event[events.UnbookedVisit]) -> None:
    it = event.data
    await guidance.keep_unbooked(
        connection,
        programme=it.programme,
        party=it.party,
        number=it.number,
        version=it.version,
        window=Window(first=it.window_first, last=it.window_last),
    )


ADOPTIONS: Adoptions = {
    **dict.fromkeys(events.SESSION_EVENTS, session),
    **dict.fromkeys(events.PLAN_EVENTS, plan),
    FORGOTTEN_IN_PLAN: forgotten,
    events.GUIDANCE_VISIT_UNBOOKED: unbooked_visit,
}
