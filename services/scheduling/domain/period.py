"""The programme's period, which binds most of its sessions (S1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.scheduling.domain.session import Kind, Session
from shared.errors import RuleBroken

# The inspiration session lies before it, the sharing arena after, and contract meetings open it.
BOUND: tuple[Kind, ...] = ("joint_session", "coordinator_meeting", "guidance_visit")


@dataclass(frozen=True, kw_only=True)
class Period:
    start: date
    end: date  # the last day


def check_within(session: Session, period: Period) -> None:
    """Raises RuleBroken for a date that lies outside the period (S1); exact days lie in it whole, weeks and months may reach beyond."""
    if session.kind not in BOUND:
        return
    for first, last in session.when.ranges():
        is_outside = last < period.start or first > period.end
        if is_outside or (session.when.days and not (period.start <= first and last <= period.end)):
            msg = f"the programme's period, {period.start} to {period.end}, binds this kind of session"
            raise RuleBroken(msg, rule="S1", field="when")
