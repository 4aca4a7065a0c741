"""What is known of one party's obligations, and what is found of them (R9, R10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.registration.agreements.domain.concern import FindingCode
from services.registration.attendance.domain.session import Session
from services.registration.attendance.domain.sheet import Sheet
from services.registration.groups.domain.group import Group


@dataclass(frozen=True, kw_only=True)
class Facts:
    """In any order. Days are calendar days in Norway."""

    today: date
    signed_on: date | None  # the agreement; none while there is none, or it is not signed
    ends_on: date | None  # the first day on which it is no longer in force
    period_start: date  # the agreement's
    group: Group
    sessions: Collection[
        Session
    ]  # the programme's, those with this party alone, and those held with whose agreement it was (R12)
    sheets: Collection[Sheet]  # this party's
    days_until_recorded: int  # from a session's last day, until its attendance is missing
    is_mapped: bool | None = None  # whether local roles are (R4); none: not known
    plan_begun: bool | None = None  # whether any phase of the development plan is (R11); none: not known
    worked_on: Collection[date] | None = None  # days on which the plan was worked on; none: not known

    @property
    def in_force(self) -> bool:
        """Only then there are obligations."""
        return self.signed_on is not None and (self.ends_on is None or self.today < self.ends_on)

    def binds(self, first: date, last: date) -> bool:
        """Whether it was in force on one of these days, from the first to the last."""
        return self.signed_on is not None and self.signed_on <= last and (self.ends_on is None or first < self.ends_on)


@dataclass(frozen=True, kw_only=True)
class Finding:
    what: FindingCode
    session: str | None = None  # the id of the session that it is about
    since: date | None = None  # the first day on which it was so, where a day decides it


RULES: dict[FindingCode, str] = {
    "nobody_came": "R5",
    "fewer_than_four": "R5",
    "school_owner_absent_twice": "R3",
    "attendance_not_recorded": "S5",
    "visit_not_booked": "R9",
    "visit_not_held": "R9",
    "contract_meeting_not_held": "R6",
    "group_incomplete": "R5",
    "no_advisor": "R8",
    "mapping_missing": "R4",
    "development_plan_not_begun": "R11",
    "no_work_between_sessions": "R9",
}
