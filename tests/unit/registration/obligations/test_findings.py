"""What of a party's obligations is not met, found of facts in any order (R9, R10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.attendance.domain.session import Session
from services.registration.attendance.domain.sheet import Day, Sheet
from services.registration.groups.domain.group import Group, Participant
from services.registration.obligations.domain.facts import RULES, Facts, Finding
from services.registration.obligations.domain.findings import findings, first_semester_ends

PARTY = "921221967"
FIRST, SECOND, THIRD = date(2024, 9, 24), date(2024, 11, 26), date(2025, 2, 12)
FOUR = tuple(Participant(id=str(n), person=str(n), role=None, represents_school_owner=n == 0) for n in range(4))
GROUP = Group(
    version=5, programme="p", party=PARTY, kind="municipality", participants=FOUR, coordinator="1", advisor="x"
)


def session(id: str, first: date, days: int = 2, **changes: Any) -> Session:
    """A joint session of two days that was held. Without exact days: `first_day=None`."""
    last = first + timedelta(days=days - 1)
    return replace(
        Session(
            id=id,
            version=1,
            programme="p",
            party=None,
            kind="joint_session",
            format="physical",
            number=int(id[-1]) if id[-1].isdigit() else None,
            title=id,
            state="completed",
            first_day=first,
            last_day=last,
            not_before=first,
            not_after=last,
        ),
        **changes,
    )


def planned(id: str, first: date, days: int, **changes: Any) -> Session:
    return session(id, first, days, **{"state": "planned", "first_day": None, "last_day": None} | changes)


def sheet(of: Session, *present: int, owner: bool = True) -> Sheet:
    counted = tuple(
        Day(day=day, expected=4, present=n, school_owner_present=owner and n > 0)
        for day, n in zip(of.days, present, strict=True)
    )
    return Sheet(version=1, programme="p", session=of.id, party=PARTY, days=counted)


J1, J2, J3 = session("joint1", FIRST), session("joint2", SECOND), session("joint3", THIRD)
MEETING = session("meeting", date(2024, 8, 14), 1, kind="contract_meeting", party=PARTY, number=None)
ALL_THERE = [sheet(it, 4, 4) for it in (J1, J2, J3)]


def facts(**changes: Any) -> Facts:
    """All is as it should be, in March 2025."""
    met = Facts(
        today=date(2025, 3, 1),
        signed_on=date(2024, 8, 15),
        ends_on=None,
        period_start=date(2024, 8, 1),
        group=GROUP,
        sessions=[MEETING, J1, J2, J3],
        sheets=ALL_THERE,
        days_until_recorded=3,
        is_mapped=True,
        plan_begun=True,
        worked_on=[date(2024, 10, 20), date(2025, 1, 20)],
    )
    return replace(met, **changes)


def found(**changes: Any) -> list[tuple[str, str | None]]:
    return [(it.what, it.session) for it in findings(facts(**changes))]


def test_nothing_is_found_where_all_is_as_it_should_be() -> None:
    assert found() == []


def test_that_nobody_came() -> None:
    assert found(sheets=[*ALL_THERE[:2], sheet(J3, 0, 0)]) == [("nobody_came", "joint3")]


def test_that_fewer_than_four_came_on_one_of_the_days() -> None:
    assert found(sheets=[*ALL_THERE[:2], sheet(J3, 4, 3)]) == [("fewer_than_four", "joint3")]


def test_that_the_school_owner_was_absent_twice_running() -> None:
    absent = [sheet(it, 4, 4, owner=False) for it in (J2, J3)]
    assert found(sheets=[ALL_THERE[0], *absent]) == [("school_owner_absent_twice", "joint3")]
    once = [sheet(J1, 4, 4, owner=False), ALL_THERE[1], absent[1]]
    assert found(sheets=once) == []
    branch = replace(GROUP, kind="county_branch")
    assert found(sheets=[ALL_THERE[0], *absent], group=branch) == []


def test_that_attendance_is_not_recorded_once_it_should_be() -> None:
    assert found(sheets=ALL_THERE[:2]) == [("attendance_not_recorded", "joint3")]
    assert found(sheets=ALL_THERE[:2], today=date(2025, 2, 15)) == []
    half = replace(ALL_THERE[2], days=ALL_THERE[2].days[:1])
    assert found(sheets=[*ALL_THERE[:2], half]) == [("attendance_not_recorded", "joint3")]


def test_a_cancelled_session_owes_nobody_anything() -> None:
    assert found(sessions=[MEETING, J1, J2, replace(J3, state="cancelled")], sheets=ALL_THERE[:2]) == []


def test_that_a_visit_is_not_booked_when_half_of_its_window_is_gone() -> None:
    line = planned("line3", date(2025, 2, 21), 16, kind="guidance_visit")
    assert found(sessions=[*facts().sessions, line], today=date(2025, 2, 28)) == []
    assert found(sessions=[*facts().sessions, line]) == [("visit_not_booked", "line3")]
    own = planned("visit3", date(2025, 3, 4), 1, kind="guidance_visit", party=PARTY, first_day=date(2025, 3, 4))
    own = replace(own, last_day=date(2025, 3, 4))
    assert found(sessions=[*facts().sessions, line, own]) == []
    assert found(sessions=[*facts().sessions, line, replace(own, state="cancelled")]) == [("visit_not_booked", "line3")]
    rough = planned("visit3", date(2025, 2, 21), 16, kind="guidance_visit", party=PARTY)
    assert found(sessions=[*facts().sessions, line, rough]) == [("visit_not_booked", "visit3")]


@pytest.mark.parametrize(("days", "gone"), [(1, 1), (2, 1), (3, 2), (4, 2), (35, 18)])
def test_half_of_a_window_is_gone_on_the_day_that_the_advisor_hears_of_it(days: int, gone: int) -> None:
    """As scheduling counts it: the day in the middle of an odd number has to be over (S1)."""
    first = date(2025, 1, 6)
    line = planned("line3", first, days, kind="guidance_visit")
    of_line = [it for it in findings(facts(sessions=[*facts().sessions, line])) if it.session == "line3"]
    assert [it.since for it in of_line] == [first + timedelta(days=gone)]


def test_that_a_visit_was_not_held() -> None:
    visit = session("visit1", date(2024, 10, 7), 1, kind="guidance_visit", party=PARTY)
    assert found(sessions=[*facts().sessions, visit]) == []
    not_held = [*facts().sessions, replace(visit, state="planned")]
    assert found(sessions=not_held) == [("visit_not_held", "visit1")]
    assert found(sessions=not_held, today=date(2024, 10, 8)) == [("visit_not_held", "visit1")]
    assert found(sessions=not_held, today=date(2024, 10, 7)) == []  # it may still be


def test_that_the_contract_meeting_was_not_held() -> None:
    others = [J1, J2, J3]
    assert found(sessions=others) == [("contract_meeting_not_held", None)]
    assert found(sessions=[*others, replace(MEETING, state="planned")]) == [("contract_meeting_not_held", "meeting")]
    ahead = session("later", date(2025, 3, 10), 1, kind="contract_meeting", party=PARTY, state="planned")
    assert found(sessions=[*others, ahead]) == []


def test_what_the_group_lacks() -> None:
    assert found(group=replace(GROUP, participants=FOUR[:3], advisor=None)) == [
        ("group_incomplete", None),
        ("no_advisor", None),
    ]


def test_what_is_missing_of_the_local_work() -> None:
    assert found(is_mapped=False, plan_begun=False) == [
        ("mapping_missing", None),
        ("development_plan_not_begun", None),
    ]
    assert found(is_mapped=None, plan_begun=None, worked_on=None) == []
    assert found(plan_begun=False, today=date(2024, 12, 31), sheets=ALL_THERE[:2]) == []


def test_that_nothing_was_done_between_two_joint_sessions() -> None:
    assert found(worked_on=[date(2024, 10, 20)]) == [("no_work_between_sessions", "joint3")]
    visit = session("visit2", date(2025, 1, 7), 1, kind="guidance_visit", party=PARTY)
    assert found(worked_on=[date(2024, 10, 20)], sessions=[*facts().sessions, visit]) == []


def test_there_are_no_obligations_before_an_agreement_is_signed_or_after_its_end() -> None:
    nothing: dict[str, Any] = {"sheets": [], "sessions": [J1, J2, J3], "is_mapped": False}
    assert found(signed_on=None, **nothing) == []
    assert found(ends_on=date(2025, 3, 1), **nothing) == []
    late = found(signed_on=date(2025, 2, 1), **nothing)
    assert [it for it in late if it[1]] == [("attendance_not_recorded", "joint3")]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2024, 8, 1), date(2024, 12, 31)),
        (date(2024, 2, 1), date(2024, 6, 30)),
        (date(2024, 6, 30), date(2024, 6, 30)),
        (date(2024, 12, 31), date(2024, 12, 31)),
    ],
)
def test_a_semester_ends_with_june_or_december(start: date, end: date) -> None:
    assert first_semester_ends(start) == end


def test_each_finding_says_its_rule() -> None:
    assert {it.what for it in EVERYTHING} == set(RULES) - {"no_advisor", "group_incomplete"}


# A programme in which much is wrong, of which any part may be known in any order.
BAD: dict[str, Any] = {
    "sessions": [
        J1,
        J2,
        J3,
        session("joint4", date(2025, 2, 20)),
        session("joint5", date(2025, 2, 23)),
        planned("line1", date(2024, 10, 1), 31, kind="guidance_visit"),
        planned("line2", date(2024, 10, 1), 31, kind="guidance_visit"),
        session("visit3", date(2024, 10, 7), 1, kind="guidance_visit", party=PARTY, state="planned"),
        session("meet6", date(2025, 1, 23), 1, kind="coordinator_meeting"),
    ],
    "sheets": [sheet(J1, 4, 3, owner=False), sheet(J2, 4, 4, owner=False), sheet(J3, 0, 0)],
    "is_mapped": False,
    "plan_begun": False,
    "worked_on": [],
}
EVERYTHING: tuple[Finding, ...] = findings(facts(**BAD))


@given(st.permutations(BAD["sessions"]), st.permutations(BAD["sheets"]), st.permutations(list(FOUR)))
def test_the_findings_are_the_same_in_any_order_of_news(
    sessions: list[Session], sheets: list[Sheet], participants: list[Participant]
) -> None:
    shuffled = BAD | {"sessions": sessions, "sheets": sheets, "group": replace(GROUP, participants=tuple(participants))}
    assert findings(facts(**shuffled)) == EVERYTHING
