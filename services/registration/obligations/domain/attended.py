"""What a party's attendance says of its obligations: nobody came, too few, no school owner twice running, not recorded (R3, R5, S5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from services.registration.attendance.domain.session import JOINT, Session
from services.registration.attendance.domain.sheet import Sheet
from services.registration.groups.domain.completeness import AT_LEAST
from services.registration.obligations.domain.facts import Facts, Finding


def held(facts: Facts, *, joint: bool = False) -> list[Session]:
    """The sessions that are over and bound the party, at which attendance is taken; in time. `joint`: the joint sessions alone."""
    found = [
        it
        for it in facts.sessions
        if it.is_attended
        and (it.kind == JOINT or not joint)
        and it.first_day is not None
        and it.last_day is not None
        and it.last_day < facts.today
        and facts.binds(it.first_day, it.last_day)
    ]
    return sorted(found, key=lambda it: (it.not_before, it.id))


def of_attendance(facts: Facts) -> Iterator[Finding]:
    """What each session says by itself."""
    sheets = _by_session(facts)
    for session in held(facts):
        last, sheet = session.days[-1], sheets.get(session.id)
        if sheet is None or not sheet.covers(session.days):
            missing_since = last + timedelta(days=facts.days_until_recorded)
            if missing_since <= facts.today:
                yield Finding(what="attendance_not_recorded", session=session.id, since=missing_since)
        elif any(it.expected for it in sheet.days) and not any(it.present for it in sheet.days):
            yield Finding(what="nobody_came", session=session.id, since=last)
        elif session.kind == JOINT and any(it.present < AT_LEAST for it in sheet.days):
            yield Finding(what="fewer_than_four", session=session.id, since=last)


def of_the_school_owner(facts: Facts) -> Iterator[Finding]:
    """Absent from two joint sessions, one after the other. Of one that is not recorded nobody knows. A county branch owns no school (R3)."""
    if facts.group.kind != "municipality":
        return
    sheets = _by_session(facts)
    for before, session in pairwise(held(facts, joint=True)):
        if all(_is_without(sheets.get(it.id), it) for it in (before, session)):
            yield Finding(what="school_owner_absent_twice", session=session.id, since=session.days[-1])


def of_work(facts: Facts) -> Iterator[Finding]:
    """Between two joint sessions neither a visit was held nor the development plan worked on (R9)."""
    if facts.worked_on is None:
        return
    visits = [it for it in facts.sessions if it.kind == "guidance_visit" and it.state == "completed" and it.party]
    days = {*facts.worked_on, *(day for it in visits for day in it.days)}
    for before, session in pairwise(_wholly_bound(facts)):
        if not any(before.days[-1] < day < session.days[0] for day in days):
            yield Finding(what="no_work_between_sessions", session=session.id, since=session.days[0])


def _wholly_bound(facts: Facts) -> Sequence[Session]:
    """Who signed after a session owed no work since it."""
    return [it for it in held(facts, joint=True) if facts.signed_on is not None and facts.signed_on <= it.days[-1]]


def _by_session(facts: Facts) -> dict[str, Sheet]:
    return {it.session: it for it in facts.sheets}


def _is_without(sheet: Sheet | None, session: Session) -> bool:
    return sheet is not None and sheet.covers(session.days) and not any(it.school_owner_present for it in sheet.days)
