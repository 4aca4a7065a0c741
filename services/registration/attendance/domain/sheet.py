"""A party's attendance at one session: who of its group was there on which day, and the counts of each day (R5, S5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.registration.attendance.domain.session import COORDINATORS, Session, days_so_far
from services.registration.groups.domain.group import Group, Participant
from services.registration.groups.domain.history import on_day
from shared.errors import RuleBroken


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of a session, in figures: all that is told of it."""

    day: date
    expected: int  # participants
    present: int
    school_owner_present: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What was recorded last, whole; a correction replaces it."""

    version: int  # 0 before anything is recorded
    programme: str
    session: str  # id
    party: str  # organisation number
    days: tuple[Day, ...] = ()
    present: frozenset[tuple[str, date]] = frozenset()  # participants' ids, each with a day

    @property
    def is_recorded(self) -> bool:
        return self.version > 0

    @property
    def is_lost(self) -> bool:
        """Whether only the counts are known, since it was taken back from events (adopting.py)."""
        return not self.present and any(it.present for it in self.days)

    def covers(self, days: Collection[date]) -> bool:
        """Whether attendance is recorded for each of these days."""
        return {*days} <= {it.day for it in self.days}


def expected_on(group: Group, session: Session, day: date) -> list[Participant]:
    """Who of a group was to be there: who took part on that day, and at a coordinator meeting who coordinated (S5)."""
    then = on_day(group, day)
    if session.kind == COORDINATORS:
        return [it for it in then.participants if it.id == then.coordinator]
    return then.present


def recorded(
    sheet: Sheet, session: Session, group: Group, present: Mapping[str, Collection[date]], today: date
) -> Sheet:
    """The sheet with who was present on which days, by participant; who is not named was absent.

    Its days are those that have begun by `today`. Raises NotFound, RuleBroken or Conflict (R5, S5).
    """
    days = days_so_far(session, today)
    expected = {day: expected_on(group, session, day) for day in days}
    there = frozenset((who, day) for who, on in present.items() for day in on)
    for who, day in sorted(there):
        _check_can_be_there(session, group, expected, who, day)
    counts = tuple(_count(day, expected[day], there) for day in days)
    return replace(sheet, days=counts, present=there)


def _check_can_be_there(
    session: Session, group: Group, expected: Mapping[date, Collection[Participant]], who: str, day: date
) -> None:
    group.participant(who)
    first, last = session.days[0], session.days[-1]
    if day not in session.days:
        msg = f"the session is from {first} to {last}, and {day} is none of its days"
        raise RuleBroken(
            msg,
            code="day_is_not_of_the_session",
            rule="S5",
            field="present",
            values={"first": first, "last": last},
        )
    if day not in expected:
        msg = "attendance is recorded when the day has come"
        raise RuleBroken(msg, code="dated_ahead", rule="S5", field="present")
    if all(it.id != who for it in expected[day]):
        if session.kind == COORDINATORS:
            msg = f"this participant did not coordinate the group on {day}; correct the group's history first, if that is wrong"
            raise RuleBroken(msg, code="did_not_coordinate", rule="S5", field="present", values={"on": day})
        msg = f"this participant was not in the group on {day}; correct the group's history first, if that is wrong"
        raise RuleBroken(msg, code="was_not_in_the_group", rule="R5", field="present", values={"on": day})


def _count(day: date, expected: list[Participant], there: Collection[tuple[str, date]]) -> Day:
    present = [it for it in expected if (it.id, day) in there]
    return Day(
        day=day,
        expected=len(expected),
        present=len(present),
        school_owner_present=any(it.represents_school_owner for it in present),
    )
