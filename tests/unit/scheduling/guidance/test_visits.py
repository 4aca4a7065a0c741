"""Whether each party's visits are booked, by the plan's own lines for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.scheduling.circumstances.domain.circumstances import Membership
from services.scheduling.guidance.domain.minutes import check_may_have_minutes
from services.scheduling.guidance.domain.visits import State, Window, visits
from services.scheduling.sessions.domain.session import Session
from shared.errors import Conflict, RuleBroken
from shared.when import Days, Weeks, When
from tests.unit.scheduling.samples import JOINT

IN = Membership(is_accepted=True)
LINE = replace(
    JOINT,
    id="line",
    kind="guidance_visit",
    format="undecided",
    instalment=None,
    when=When(weeks=(Weeks(year=2024, first=40, last=44),), months=("2024-10",)),
)
DAY = date(2024, 10, 14)
AGREED = replace(LINE, id="visit", party="one", when=When(days=Days(first=DAY, last=DAY)))
FIRST, LAST = date(2024, 9, 30), date(2024, 11, 3)


@pytest.mark.parametrize(
    ("session", "state"),
    [
        (None, "not_booked"),
        (replace(AGREED, state="cancelled"), "not_booked"),
        (replace(AGREED, number=2), "not_booked"),
        (replace(AGREED, party="two"), "not_booked"),
        (replace(AGREED, when=When(weeks=(Weeks(year=2024, first=42, last=42),))), "proposed"),
        (AGREED, "agreed"),
        (replace(AGREED, state="completed"), "held"),
    ],
)
def test_a_visit_is_proposed_agreed_and_held(session: Session | None, state: State) -> None:
    (found,) = visits([LINE, *([session] if session else [])], {"one": IN})
    assert (found.party, found.number, found.state, found.window) == ("one", 1, state, Window(first=FIRST, last=LAST))


def test_one_that_is_not_booked_is_late_once_half_of_its_window_is_gone() -> None:
    (found,) = visits([LINE], {"one": IN})
    assert found.window.half_gone_on == date(2024, 10, 18)  # 18 of 35 days are gone
    assert [found.is_late(date(2024, 10, 18) + timedelta(days=n)) for n in (-1, 0, 90)] == [False, True, True]
    (booked,) = visits([LINE, AGREED], {"one": IN})
    assert not booked.is_late(LAST)


@pytest.mark.parametrize(("days", "gone"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_half_of_a_window_is_counted_in_whole_days(days: int, gone: int) -> None:
    window = Window(first=FIRST, last=FIRST + timedelta(days=days - 1))
    assert window.half_gone_on == FIRST + timedelta(days=gone)


def test_alternatives_make_one_window() -> None:
    (found,) = visits([replace(LINE, when=When(months=("2025-06", "2025-08")))], {"one": IN})
    assert found.window == Window(first=date(2025, 6, 1), last=date(2025, 8, 31))


def test_what_was_held_with_the_predecessor_counts_for_its_successor() -> None:
    held, successions = replace(AGREED, state="completed"), [("one", "two")]
    (found,) = visits([LINE, held], {"two": IN}, successions)
    assert (found.party, found.state, found.session, found.is_late(LAST)) == ("two", "held", held, False)
    (own,) = visits([LINE, held, replace(AGREED, id="own", party="two")], {"two": IN}, successions)
    assert (own.state, own.session and own.session.id) == ("agreed", "own")
    (left,) = visits([LINE, AGREED], {"two": IN}, successions)  # it was never held, nor handed on
    assert left.state == "not_booked"


def test_it_is_asked_of_who_is_in_the_programme_until_the_last_day_it_may_be() -> None:
    waiting, gone, staying = (
        Membership(is_accepted=False),
        replace(IN, ends_on=LAST),
        replace(IN, ends_on=date(2024, 11, 4)),
    )
    members = {"b": waiting, "c": gone, "d": staying, "a": IN}
    assert [it.party for it in visits([LINE], members)] == ["a", "d"]
    held = replace(AGREED, party="c", state="completed")
    assert [(it.party, it.state) for it in visits([LINE, held], {"c": gone})] == [("c", "held")]
    assert visits([replace(LINE, state="cancelled")], {"a": IN}) == []


def test_only_what_was_held_with_one_party_has_minutes() -> None:
    check_may_have_minutes(replace(AGREED, state="completed"))
    with pytest.raises(Conflict):
        check_may_have_minutes(AGREED)
    with pytest.raises(RuleBroken):
        check_may_have_minutes(replace(LINE, state="completed"))
