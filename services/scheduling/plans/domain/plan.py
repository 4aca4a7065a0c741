"""A programme's plan as a whole: a draft until it is published, then revised with each change that it shows (S6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.scheduling.sessions.domain.session import Session
from shared.errors import Conflict

Reason = Literal["postponed", "venue", "illness", "other"]
RULE = "S6"


@dataclass(frozen=True, kw_only=True)
class Plan:
    programme: str
    version: int = 0  # none was told of yet, of a draft
    revision: int = 0  # 1 as it is published
    published_on: date | None = None  # none of a draft, and of a programme from before plans were published

    @property
    def is_published(self) -> bool:
        return self.revision > 0

    @property
    def is_untold(self) -> bool:
        """Whether it counts as published, and nobody was told yet."""
        return self.is_published and self.version == 0


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What a plan was published as, or revised to."""

    number: int
    day: date | None  # in Norway; none of the first where that was before plans were published
    reason: Reason | None  # none of the first
    sessions: int  # that stand in the plan
    changed: int | None  # how many sessions of it; none of the first
    by: str  # the name of the key that asked for it


def published(plan: Plan, today: date) -> Plan:
    """The plan, published on `today`, a day in Norway. Raises Conflict for one that is."""
    if plan.is_published:
        msg = "the plan is published; each change of its sessions is a revision of it"
        raise Conflict(msg, code="plan_is_published", rule=RULE)
    return replace(plan, version=plan.version + 1, revision=1, published_on=today)


def revised(plan: Plan) -> Plan:
    """The next revision of a published plan."""
    return replace(plan, version=plan.version + 1, revision=plan.revision + 1)


def is_revision(before: Session | None, after: Session) -> bool:
    """Whether a change, or a new session (`before` is none), changes what the plan shows.

    What is held with one party alone is no part of it, and that a session was held is no change of it; nor is which instalment
    it carries, or its link.
    """
    return after.party is None and (before is None or _shown(before) != _shown(after))


def _shown(it: Session) -> tuple[object, ...]:
    return it.format, it.title, it.number, it.when, it.place, it.venue, it.city, it.state == "cancelled"
