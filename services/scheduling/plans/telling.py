"""A plan as others hear of it."""

from __future__ import annotations

from services.scheduling.plans.domain.plan import Plan, Revision
from shared.contracts import scheduling as events


def plan(it: Plan, revision: Revision) -> events.Plan:
    """A plan as an event's entity, with what its last revision was."""
    return events.Plan(
        version=it.version,
        programme=it.programme,
        revision=it.revision,
        published_on=it.published_on,
        revised_on=revision.day if revision.number > 1 else None,
        reason=revision.reason,
        sessions=revision.sessions,
        changed=revision.changed,
    )
