"""A development plan taken back from its own event: the inverse of `telling.py`. What it says is missing."""

from __future__ import annotations

from typing import get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.areas import repository as areas
from services.registration.development_plans import repository as plans
from services.registration.development_plans.domain.plan import PHASES, Plan, State
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.errors import RuleBroken
from shared.messaging.recover import BY, Adoptions


async def development_plan(connection: AsyncConnection, event: Event[events.DevelopmentPlan]) -> None:
    """Each version that is told is one of the plan's. Raises RuleBroken for a state that is not known here."""
    it = event.data
    states = {phase: getattr(it.phases, phase) for phase in PHASES}
    if unknown := set(states.values()) - set(get_args(State)):
        msg = f"this version knows no phase that is {min(unknown)}"
        raise RuleBroken(msg, code="unknown_state", rule="R11", field="phases")
    if (await plans.of_party(connection, it.programme, it.party)).version >= it.version:
        return
    if it.development_area is not None:
        await areas.ensure(connection, it.development_area, by=BY)
    found = Plan(
        programme=it.programme,
        party=it.party,
        version=it.version,
        has_focus=it.has_focus,
        development_area=it.development_area,
        states=states,
        notes=None if it.notes else {},
        changed_at=event.time,
        changed_by=BY,
    )
    await plans.add(connection, found)


ADOPTIONS: Adoptions = {events.DEVELOPMENT_PLAN_CHANGED: development_plan}
