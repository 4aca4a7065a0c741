"""Recording that a session was held, and taking that back (S3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.scheduling.sessions.domain.session import KINDS_OF_ONE_PARTY, Session, check_not_cancelled
from services.scheduling.sessions.domain.whereabouts import check_where
from shared.errors import RuleBroken


def completed(session: Session, today: date) -> Session:
    """The session, completed. It needs exact days, and its last day has begun by `today`, a day in Norway (S3).

    One that carries an instalment needs venue and city too.

    Raises RuleBroken, or Conflict for a cancelled one.
    """
    if session.state == "completed":
        return session
    check_not_cancelled(session, "state")
    if session.kind in KINDS_OF_ONE_PARTY and session.party is None:
        msg = "this line of the plan stands for what is planned with each party, and is never completed itself"
        raise RuleBroken(msg, code="stands_for_several", rule="S4", field="state")
    if session.when.days is None:
        msg = "completing needs exact days"
        raise RuleBroken(msg, code="exact_days_are_missing", rule="S3", field="when")
    if today < session.when.days.last:
        msg = f"the last day, {session.when.days.last}, has not begun"
        raise RuleBroken(
            msg, code="last_day_has_not_begun", rule="S3", field="when", values={"last": session.when.days.last}
        )
    check_where(session)
    return replace(session, state="completed")


def completion_revoked(session: Session) -> Session:
    """The session, planned again. Raises Conflict for a cancelled one (S3)."""
    if session.state == "planned":
        return session
    check_not_cancelled(session, "state")
    return replace(session, state="planned")
