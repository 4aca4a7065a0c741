"""A development plan as others hear of it: where its phases stand, and nothing that somebody wrote (N2)."""

from __future__ import annotations

from services.registration.development_plans.domain.plan import Plan
from shared.contracts import registration as events


def development_plan(it: Plan) -> events.DevelopmentPlan:
    return events.DevelopmentPlan(
        version=it.version,
        programme=it.programme,
        party=it.party,
        has_focus=it.has_focus,
        development_area=it.development_area,
        phases=events.Phases.model_validate(it.states),
        notes=len(it.notes or {}),
    )
