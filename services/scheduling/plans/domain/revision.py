"""What many moves in one step are, and why they are refused as a whole (S6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.scheduling.plans.domain.move import moved
from services.scheduling.plans.domain.plan import RULE, Plan
from services.scheduling.sessions.domain.period import Period, lies_within
from services.scheduling.sessions.domain.session import Session
from shared.errors import Conflict, RuleBroken
from shared.when import When


@dataclass(frozen=True, kw_only=True)
class Move:
    session: str  # its id
    when: When
    version: int | None = None  # in which whoever asks has seen it


def check_may_be_revised(plan: Plan, seen: int | None) -> None:
    """Raises Conflict for a draft, and for a plan that is at another revision than whoever asks has `seen`."""
    if not plan.is_published:
        msg = "the plan is a draft, and has no revisions: move its sessions one by one, or publish it first"
        raise Conflict(msg, code="plan_is_a_draft", rule=RULE)
    if seen is not None and seen != plan.revision:
        msg = f"the plan was revised meanwhile, and stands at revision {plan.revision}; look at it anew"
        raise Conflict(msg, code="plan_was_revised", rule=RULE, field="revision", values={"revision": plan.revision})


def check_asked(moves: Sequence[Move], weeks: int | None, seen: int | None) -> None:
    """Raises RuleBroken unless it is either moves or so many `weeks`, and these of a revision that was `seen`."""
    if bool(moves) == (weeks is not None):
        msg = "say either moves, or by how many weeks all that is planned ahead is postponed"
        raise RuleBroken(msg, code="moves_or_weeks", rule=RULE, field="moves")
    if weeks is not None and seen is None:
        msg = "say which revision is postponed, so that who asks twice postpones once"
        raise RuleBroken(msg, code="revision_is_missing", rule=RULE, field="revision")


def check_each_once(moves: Sequence[Move]) -> None:
    """Raises RuleBroken where a session is moved twice."""
    for n, move in enumerate(moves):
        if move.session in {it.session for it in moves[:n]}:
            msg = f"session {move.session} is moved twice"
            raise RuleBroken(msg, code="session_is_moved_twice", rule=RULE, field=f"moves.{n}.session")


def moved_in_revision(session: Session, when: When, period: Period, field: str) -> Session:
    """The session at another date. `field` is what of the request names it.

    Raises Conflict for one that is completed or cancelled, and RuleBroken for no sound date or one outside of the programme's
    period, each naming the session.
    """
    name = session.title if session.party is None and session.title else session.id
    if session.state == "completed":
        msg = f"{name} is completed, so nothing is moved"
        raise Conflict(msg, code="revises_a_completed_session", rule="S3", field=field, values={"session": name})
    if session.state == "cancelled":
        msg = f"{name} is cancelled, so nothing is moved"
        raise Conflict(msg, code="revises_a_cancelled_session", rule="S3", field=field, values={"session": name})
    after = moved(session, when)
    if after != session and not lies_within(after, period):
        msg = f"{name} would lie outside of the programme's period, {period.start} to {period.end}, so nothing is moved"
        raise RuleBroken(
            msg,
            code="revision_leaves_the_period",
            rule="S1",
            field=field,
            values={"session": name, "start": period.start, "end": period.end},
        )
    return after
