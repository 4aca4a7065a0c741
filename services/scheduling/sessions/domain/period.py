"""The programme's period, which binds most of its sessions (S1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.scheduling.sessions.domain.session import Kind, Session
from shared.errors import Conflict, RuleBroken

# The inspiration session lies before it, the sharing arena after, and contract meetings open it.
BOUND: tuple[Kind, ...] = ("joint_session", "coordinator_meeting", "guidance_visit")


@dataclass(frozen=True, kw_only=True)
class Period:
    start: date
    end: date  # the last day
    closed_on: date | None = None  # the programme; none while it is open


def check_is_open(period: Period) -> None:
    """Raises Conflict where something is to be planned in a programme that is closed (R6)."""
    if period.closed_on is not None:
        msg = f"the programme was closed on {period.closed_on}; open it again first"
        raise Conflict(
            msg, code="programme_is_closed", rule="R6", field="programme", values={"closed_on": period.closed_on}
        )


def lies_within(session: Session, period: Period) -> bool:
    """Whether the period binds the session and holds it (S1), or does not bind it.

    Exact days lie in it whole, weeks and months may reach beyond.
    """
    if session.kind not in BOUND:
        return True
    ranges = session.when.ranges()
    if session.when.days:
        return all(period.start <= first and last <= period.end for first, last in ranges)
    return all(period.start <= last and first <= period.end for first, last in ranges)


def check_within(session: Session, period: Period) -> None:
    """Raises RuleBroken for a date that lies outside a period that binds it (S1)."""
    if not lies_within(session, period):
        msg = f"the programme's period, {period.start} to {period.end}, binds this kind of session"
        raise RuleBroken(
            msg, code="outside_of_period", rule="S1", field="when", values={"start": period.start, "end": period.end}
        )
