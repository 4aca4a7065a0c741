"""A session as attendance and obligations look at it, and on which of its days attendance is taken (S5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.errors import Conflict, RuleBroken

JOINT, COORDINATORS = "joint_session", "coordinator_meeting"
ATTENDED = (JOINT, COORDINATORS)  # the kinds at which attendance is taken


@dataclass(frozen=True, kw_only=True)
class Session:
    """Days are calendar days in Norway."""

    id: str
    version: int
    programme: str
    party: str | None  # with whom alone it is held
    kind: str
    format: str
    number: int | None
    title: str | None
    state: str  # planned, completed, cancelled; or other, where that is not known here
    first_day: date | None  # none while the days are not exact (S2)
    last_day: date | None
    not_before: date  # the first day that it may begin on
    not_after: date  # the last day that it may end on

    @property
    def days(self) -> tuple[date, ...]:
        """Its exact days; none while they are not decided."""
        if self.first_day is None or self.last_day is None:
            return ()
        return tuple(self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1))

    @property
    def is_attended(self) -> bool:
        """Whether attendance is taken there, once its days are exact."""
        return self.kind in ATTENDED and self.state != "cancelled"


def days_so_far(session: Session, today: date) -> tuple[date, ...]:
    """The days of which attendance can be recorded by now. Raises RuleBroken or Conflict where it cannot (S5)."""
    if session.kind not in ATTENDED:
        msg = "attendance is taken at joint sessions and coordinator meetings"
        raise RuleBroken(msg, code="attendance_is_not_taken", rule="S5", field="session")
    if session.state == "cancelled":
        msg = "nobody was at a session that is cancelled"
        raise Conflict(msg, code="session_is_cancelled", rule="S5", field="session")
    if not session.days:
        msg = "the session has no exact days yet"
        raise Conflict(msg, code="exact_days_are_missing", rule="S5", field="session")
    found = tuple(day for day in session.days if day <= today)
    if not found:
        msg = "attendance is recorded when the session has begun"
        raise RuleBroken(msg, code="dated_ahead", rule="S5", field="session")
    return found
