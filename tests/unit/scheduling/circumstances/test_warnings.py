"""What speaks against a session's days: told before they are saved, and accepted by its code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.circumstances.domain.circumstances import Circumstances, Membership
from services.scheduling.circumstances.domain.days_to_avoid import Avoided, in_order
from services.scheduling.circumstances.domain.plan_warning import NOTHING_SEEN, Acceptance, PlanWarning, check_accepted
from services.scheduling.circumstances.domain.public_holidays import public_holiday
from services.scheduling.circumstances.domain.warnings_of_plan import warnings_of
from services.scheduling.sessions.domain.session import Session
from shared.errors import NotAccepted, RuleBroken
from shared.when import Days, Weeks, When
from tests.unit.scheduling.samples import JOINT

MONDAY = date(2024, 10, 7)
MEMBERS = {party: Membership(is_accepted=True) for party in ("one", "two", "three")}
ADVISORS = {(JOINT.programme, "one"): "her", (JOINT.programme, "two"): "her", (JOINT.programme, "three"): "him"}


def on(first: date, last: date | None = None, session: Session = JOINT, **times: str) -> Session:
    return replace(session, when=When(days=Days(first=first, last=last or first, **times)))


def visit(party: str, day: date = MONDAY, **changes: Any) -> Session:
    times = {name: changes.pop(name) for name in ("starts_at", "ends_at") if name in changes}
    fields: dict[str, Any] = {"id": f"visit {party}", "kind": "guidance_visit", "party": party, "place": f"at {party}"}
    return on(day, session=replace(JOINT, **fields | {"instalment": None} | changes), **times)


def warned(*sessions: Session, among: Iterable[Session] = (), **known: Any) -> list[tuple[str, date]]:
    facts: dict[str, Any] = {"members": MEMBERS, "advisors": ADVISORS}
    around = Circumstances(**facts | known).with_sessions(among)
    return sorted((it.code, it.day) for it in warnings_of(sessions, around))


# Easter Sundays as almanacs have them: the earliest and the latest of the century, those around them, and ten in a row.
EASTERS = [
    *(date(2008, 3, 23), date(2011, 4, 24), date(2019, 4, 21), date(2035, 3, 25), date(2038, 4, 25), date(2049, 4, 18)),
    *(date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2028, 4, 16), date(2029, 4, 1)),
    *(date(2030, 4, 21), date(2031, 4, 13), date(2032, 3, 28), date(2033, 4, 17), date(2076, 4, 19), date(2100, 3, 28)),
]


@pytest.mark.parametrize("easter", EASTERS)
def test_public_holidays_are_five_fixed_days_and_seven_that_go_with_easter(easter: date) -> None:
    fixed = {date(easter.year, *it) for it in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))}
    movable = {easter + timedelta(days=n) for n in (-3, -2, 0, 1, 39, 49, 50)}
    days = {date(easter.year, 1, 1) + timedelta(days=n) for n in range(366)}
    assert {it for it in days if it.year == easter.year and public_holiday(it)} == fixed | movable


def test_the_public_holidays_of_a_year_have_their_names() -> None:
    assert {
        f"{it:%m-%d}": public_holiday(it)
        for it in (date(2025, 1, 1) + timedelta(days=n) for n in range(365))
        if public_holiday(it)
    } == {
        "01-01": "første nyttårsdag",
        "04-17": "skjærtorsdag",
        "04-18": "langfredag",
        "04-20": "første påskedag",
        "04-21": "andre påskedag",
        "05-01": "arbeidernes dag",
        "05-17": "grunnlovsdagen",
        "05-29": "Kristi himmelfartsdag",
        "06-08": "første pinsedag",
        "06-09": "andre pinsedag",
        "12-25": "første juledag",
        "12-26": "andre juledag",
    }


def test_a_weekend_and_a_holiday_are_told_by_the_day() -> None:
    good_friday = date(2025, 4, 18)
    assert warned(on(good_friday, good_friday + timedelta(days=1))) == [
        ("public_holiday", good_friday),
        ("weekend", good_friday + timedelta(days=1)),
    ]


def test_two_holidays_on_one_day_are_both_named() -> None:
    assert public_holiday(date(2035, 5, 17)) == "grunnlovsdagen"
    assert public_holiday(date(2008, 5, 1)) == "Kristi himmelfartsdag og arbeidernes dag"


@pytest.mark.parametrize("when", [When(months=("2024-12",)), When(weeks=(Weeks(year=2024, first=52, last=52),))])
def test_nothing_is_told_of_where_the_days_are_not_known(when: When) -> None:
    avoided = (Avoided(first=date(2024, 12, 1), last=date(2024, 12, 31), why="Jul"),)
    assert warned(replace(JOINT, when=when), replace(visit("unknown"), when=when), avoided=avoided) == []


def test_nothing_speaks_against_the_days_of_a_cancelled_session() -> None:
    assert warned(replace(on(date(2024, 12, 25)), state="cancelled"), visit("unknown", state="cancelled")) == []


def test_a_day_to_avoid_is_told_with_why() -> None:
    first, last = date(2025, 2, 17), date(2025, 2, 21)
    around = Circumstances(avoided=(Avoided(first=first, last=last, why="Vinterferie"),))
    found = warnings_of([on(last - timedelta(days=1), last)], around)
    assert sorted(it.day for it in found) == [last - timedelta(days=1), last]
    assert {it.values["why"] for it in found} == {"Vinterferie"}
    assert warnings_of([on(date(2025, 2, 24))], around) == set()


def test_days_to_avoid_stand_in_order_and_end_after_they_begin() -> None:
    one, two = (Avoided(first=MONDAY + timedelta(days=n), last=MONDAY + timedelta(days=9), why="Høst") for n in (1, 0))
    assert in_order([one, two, one]) == (two, one)
    with pytest.raises(RuleBroken):
        in_order([Avoided(first=MONDAY, last=MONDAY - timedelta(days=1), why="Høst")])


def test_a_visit_on_the_day_of_a_joint_session_is_told_whichever_of_them_is_moved_there() -> None:
    joint = on(MONDAY, MONDAY + timedelta(days=1))
    expected = [("visit_on_joint_session", MONDAY)]
    assert warned(visit("one"), among=[joint]) == expected
    assert warned(joint, among=[visit("one")]) == expected
    assert warned(joint, visit("one")) == expected  # once, where both are looked at
    assert warned(visit("one", MONDAY + timedelta(days=2)), among=[joint]) == []
    assert warned(visit("one"), among=[replace(joint, programme="another")]) == []
    assert warned(visit("one"), among=[replace(joint, state="cancelled")]) == []


def test_an_advisor_in_two_places_on_a_day_is_told_over_all_programmes() -> None:
    expected = [("advisor_in_two_places", MONDAY)]
    assert warned(visit("one"), among=[visit("two")]) == expected
    assert warned(visit("one"), among=[visit("three")]) == []  # another's
    assert warned(visit("one"), among=[visit("two", MONDAY + timedelta(days=1))]) == []
    elsewhere = replace(visit("four"), programme="another")
    assert warned(visit("one"), among=[elsewhere], advisors=ADVISORS | {("another", "four"): "her"}) == expected


def test_a_screen_or_one_house_is_no_second_place_unless_the_hours_overlap() -> None:
    morning: dict[str, Any] = {"starts_at": "09:00", "ends_at": "11:00"}
    noon: dict[str, Any] = {"starts_at": "10:30", "ends_at": "12:00"}
    assert warned(visit("one"), among=[visit("two", format="digital")]) == []
    assert warned(visit("one", place="Hell"), among=[visit("two", place="Hell")]) == []
    overlapping = visit("two", format="digital", **noon)
    assert warned(visit("one", **morning), among=[overlapping]) == [("advisor_in_two_places", MONDAY)]
    assert warned(visit("one", starts_at="08:00", ends_at="10:30"), among=[overlapping]) == []


@pytest.mark.parametrize(("minutes", "is_told"), [(150, True), (90, False), (None, False)])
def test_hours_that_are_a_start_and_a_duration_overlap_as_others_do(minutes: int | None, *, is_told: bool) -> None:
    days = Days(first=MONDAY, last=MONDAY, starts_at="09:00")
    long = replace(visit("one"), when=When(days=days, duration_minutes=minutes))
    noon = visit("two", format="digital", starts_at="10:30", ends_at="12:00")
    expected = [("advisor_in_two_places", MONDAY)] if is_told else []
    assert warned(long, among=[noon]) == warned(noon, among=[replace(long, format="digital")]) == expected


@pytest.mark.parametrize(
    ("member", "is_told"),
    [
        (None, True),
        (Membership(is_accepted=False), True),
        (Membership(is_accepted=True), False),
        (Membership(is_accepted=True, ends_on=MONDAY), True),
        (Membership(is_accepted=True, ends_on=MONDAY + timedelta(days=1)), False),
    ],
)
def test_a_party_that_is_not_in_the_programme_that_day_is_told(member: Membership | None, *, is_told: bool) -> None:
    found = warned(visit("one"), members={"one": member} if member else {})
    assert found == ([("party_not_in_programme", MONDAY)] if is_told else [])


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Session], Circumstances]:
    """Joint sessions and visits within a month that has holidays, and with few days to avoid."""
    day = st.dates(date(2025, 4, 10), date(2025, 5, 20))
    parties = st.sampled_from(["one", "two", "three", "four"])
    first = draw(st.lists(day, max_size=3))
    joints = [on(it, it + timedelta(days=draw(st.integers(0, 3)))) for it in first]
    visits = [visit(party, draw(day)) for party in draw(st.lists(parties, max_size=4, unique=True))]
    sessions = [replace(it, id=f"{n}") for n, it in enumerate([*joints, *visits])]
    avoided = tuple(
        Avoided(first=it, last=it + timedelta(days=4), why="Ferie") for it in draw(st.lists(day, max_size=2))
    )
    return sessions, Circumstances(avoided=avoided, members=MEMBERS, advisors=ADVISORS)


def answered(found: Iterable[PlanWarning], acceptance: Acceptance) -> set[str] | None:
    """The codes that a request is answered with, or none where it is carried out."""
    try:
        check_accepted(found, acceptance)
    except NotAccepted as why:
        return {it.code for it in why.warnings}
    return None


@given(plans())
def test_whatever_is_answered_as_warnings_is_accepted_when_it_is_named(
    plan: tuple[list[Session], Circumstances],
) -> None:
    found = warnings_of(*plan)
    told = answered(found, NOTHING_SEEN)
    assert (told or set()) == {it.code for it in found}
    if told:
        assert answered(found, Acceptance(codes=frozenset(told))) is None
        for one in told:
            assert answered(found, Acceptance(codes=frozenset(told - {one}))) == told


@given(plans())
def test_each_session_by_itself_is_told_what_the_whole_plan_is(plan: tuple[list[Session], Circumstances]) -> None:
    sessions, around = plan
    known = around.with_sessions(sessions)
    assert warnings_of(sessions, around) == {it for one in sessions for it in warnings_of([one], known)}
