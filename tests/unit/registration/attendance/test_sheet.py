"""Who can be recorded as having been there, and what is counted (R5, S5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.registration.attendance.domain.session import Session
from services.registration.attendance.domain.sheet import Day, Sheet, recorded
from services.registration.groups.domain.group import Group, Participant
from services.registration.groups.domain.tenure import Tenure
from shared.errors import Conflict, NotFound, RuleBroken

FIRST, LAST = date(2024, 9, 24), date(2024, 9, 25)
SESSION = Session(
    id="s",
    version=1,
    programme="p",
    party=None,
    kind="joint_session",
    format="physical",
    number=1,
    title="Fellessamling 1",
    state="completed",
    first_day=FIRST,
    last_day=LAST,
    not_before=FIRST,
    not_after=LAST,
)
MEETING = replace(SESSION, kind="coordinator_meeting", first_day=LAST)
NOTHING = Sheet(version=0, programme="p", session="s", party="1")


def participant(id: str, **changes: bool) -> Participant:
    return Participant(id=id, person=f"of {id}", role=None, represents_school_owner=id == "owner", **changes)


# The owner is there from the second day on; `left` until the first; the coordinator took over between the two.
GROUP = Group(
    version=5,
    programme="p",
    party="1",
    kind="municipality",
    participants=(participant("a"), participant("b"), participant("owner"), participant("left", has_left=True)),
    coordinator="b",
    tenures=(
        Tenure(role="participant", who="a"),
        Tenure(role="participant", who="b"),
        Tenure(role="participant", who="owner", from_on=LAST),
        Tenure(role="participant", who="left", until_on=LAST),
        Tenure(role="coordinator", who="a", until_on=LAST),
        Tenure(role="coordinator", who="b", from_on=LAST),
    ),
)


def test_each_day_counts_those_who_were_in_the_group_on_it() -> None:
    there = {"a": [FIRST, LAST], "left": [FIRST], "owner": [LAST]}
    assert recorded(NOTHING, SESSION, GROUP, there, LAST).days == (
        Day(day=FIRST, expected=3, present=2, school_owner_present=False),
        Day(day=LAST, expected=3, present=2, school_owner_present=True),
    )


@pytest.mark.parametrize(("who", "day"), [("owner", FIRST), ("left", LAST)])
def test_who_was_not_in_the_group_on_a_day_was_not_there_for_it(who: str, day: date) -> None:
    with pytest.raises(RuleBroken, match="was not in the group") as refused:
        recorded(NOTHING, SESSION, GROUP, {who: [day]}, LAST)
    assert (refused.value.code, refused.value.rule) == ("was_not_in_the_group", "R5")


def test_a_day_outside_the_session_is_refused() -> None:
    with pytest.raises(RuleBroken, match="none of its days"):
        recorded(NOTHING, SESSION, GROUP, {"a": [LAST + timedelta(days=1)]}, LAST + timedelta(days=9))


def test_nobody_was_there_on_a_day_that_has_not_come() -> None:
    with pytest.raises(RuleBroken, match="when the day has come"):
        recorded(NOTHING, SESSION, GROUP, {"a": [LAST]}, FIRST)
    with pytest.raises(RuleBroken, match="when the session has begun"):
        recorded(NOTHING, SESSION, GROUP, {}, FIRST - timedelta(days=1))


def test_a_session_that_has_begun_is_recorded_as_far_as_it_has_come() -> None:
    sheet = recorded(NOTHING, SESSION, GROUP, {"a": [FIRST]}, FIRST)
    assert [it.day for it in sheet.days] == [FIRST]
    assert (sheet.covers([FIRST]), sheet.covers(SESSION.days)) == (True, False)


def test_nobody_was_at_a_session_that_is_cancelled_or_has_no_days() -> None:
    for session in (
        replace(SESSION, state="cancelled"),
        replace(SESSION, first_day=None, last_day=None),
    ):
        with pytest.raises(Conflict):
            recorded(NOTHING, session, GROUP, {}, LAST)


def test_attendance_is_not_taken_at_a_visit() -> None:
    with pytest.raises(RuleBroken, match="joint sessions and coordinator meetings"):
        recorded(NOTHING, replace(SESSION, kind="guidance_visit", party="1"), GROUP, {}, LAST)


def test_somebody_who_never_was_in_the_group_is_refused() -> None:
    with pytest.raises(NotFound):
        recorded(NOTHING, SESSION, GROUP, {"nobody": [FIRST]}, LAST)


def test_at_a_coordinator_meeting_the_coordinator_of_the_day_is_to_be_there() -> None:
    (day,) = recorded(NOTHING, MEETING, GROUP, {"b": [LAST]}, LAST).days
    assert (day.expected, day.present) == (1, 1)
    with pytest.raises(RuleBroken) as refused:
        recorded(NOTHING, MEETING, GROUP, {"a": [LAST]}, LAST)
    assert refused.value.code == "did_not_coordinate"


def test_that_nobody_came_is_recorded_too() -> None:
    sheet = recorded(NOTHING, SESSION, GROUP, {}, LAST)
    assert [(it.expected, it.present) for it in sheet.days] == [(3, 0), (3, 0)]
    assert not sheet.is_lost
