"""Whom to remind, and when: day by day, or in jumps (N1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.calendars.domain.calendar import (
    Key,
    LastNotice,
    Party,
    Session,
    differences,
    standing,
)
from services.notifications.calendars.domain.reminders import Reminded, coming_up, reminders
from tests.unit.notifications.calendars.test_calendar_rule import ADA, BO, DAY, VOLDA, party, session

LEADS = (14, 2)
FIRST = DAY - timedelta(days=1)  # of `session`
INVITED_ON = FIRST - timedelta(days=100)
BEGIN = date(2024, 9, 1)


def before(days: int) -> date:
    return FIRST - timedelta(days=days)


@dataclass
class Calendars:
    """Everyone's calendar, kept as the use case keeps it: what there is to be told is, and then whoever is due is reminded."""

    parties: Collection[Party]
    notices: dict[Key, LastNotice]
    reminded: set[Reminded]

    def look(self, sessions: Collection[Session], today: date, leads: Collection[int] = LEADS) -> list[Reminded]:
        for it in differences(sessions, self.parties, self.notices, today):
            self.notices[it.session, it.person.id] = LastNotice(
                person=it.person,
                party=it.party,
                sequence=it.sequence,
                stands=it.why is None,
                entry=it.entry,
                told_on=today,
            )
        near = coming_up(sessions, leads, today)
        there = standing(near, self.parties, self.notices)
        found = reminders(near, there, self.notices, reminded=self.reminded, leads=leads, today=today)
        due = [(it.session, it.person.id, it.lead_days, it.first_day) for it in found]
        self.reminded.update(due)
        return due


def calendars(*sessions: Session, parties: Iterable[Party] = (party(ADA),), on: date = INVITED_ON) -> Calendars:
    found = Calendars(parties=tuple(parties), notices={}, reminded=set())
    found.look(sessions, on)
    return found


def leads_over(sessions: Collection[Session], days: Iterable[date], there: Calendars) -> list[tuple[int, int]]:
    """Day (counted from the first day of `session`) and lead of each reminder."""
    return [((FIRST - day).days, lead) for day in days for _, _, lead, _ in there.look(sessions, day)]


def test_reminders_come_fourteen_and_two_days_before_the_first_day() -> None:
    days = [before(n) for n in range(20, -3, -1)]
    assert leads_over([session()], days, calendars(session())) == [(14, 14), (2, 2)]


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        ([15, 10], [(10, 14)]),  # late, and still of use
        ([15, 1], [(1, 2)]),  # only the nearest
        ([15, 10, 1], [(10, 14), (1, 2)]),
        ([15, 0], []),  # who is on the way needs none
        ([15, -1, -2], []),
    ],
)
def test_after_days_that_nobody_saw_only_the_nearest_is_due_and_none_of_what_has_begun(
    seen: list[int], due: list[tuple[int, int]]
) -> None:
    assert leads_over([session()], [before(n) for n in seen], calendars(session())) == due


@pytest.mark.parametrize(("invited", "due"), [(15, [14, 2]), (14, [2]), (10, [2]), (2, []), (1, [])])
def test_who_was_invited_since_it_was_due_was_told_enough(invited: int, due: list[int]) -> None:
    there = calendars(session(), on=before(invited))
    days = [before(n) for n in range(invited, -1, -1)]
    assert [lead for _, lead in leads_over([session()], days, there)] == due


def test_after_a_move_reminders_come_anew() -> None:
    there = calendars(session())
    assert leads_over([session()], [before(14), before(2)], there) == [(14, 14), (2, 2)]
    later = session(DAY + timedelta(days=30))
    days = [before(1) + timedelta(days=n) for n in range(40)]
    found = [(day, lead) for day in days for _, _, lead, _ in there.look([later], day)]
    assert found == [(before(14) + timedelta(days=30), 14), (before(2) + timedelta(days=30), 2)]


def test_a_change_that_was_told_since_it_was_due_reminds_by_itself() -> None:
    there = calendars(session())
    there.look([session()], before(15))
    assert there.look([session(place="Volda")], before(10)) == []
    assert leads_over([session(place="Volda")], [before(9), before(2)], there) == [(2, 2)]


@pytest.mark.parametrize("changes", [{"cancelled": True}, {"completed": True}, {"last_day": None}])
def test_nobody_is_reminded_of_what_is_not_to_come(changes: dict[str, Any]) -> None:
    there = calendars(session())
    assert there.look([session(**changes)], before(10)) == []


def test_nobody_is_reminded_while_what_it_is_called_is_not_known() -> None:
    assert calendars(session()).look([session(is_answered=False)], before(10)) == []


def test_whose_agreement_ends_before_it_is_not_reminded() -> None:
    there = calendars(session())
    there.parties = [party(ADA, ends_on=FIRST)]
    assert there.look([session()], before(10)) == []


def test_who_takes_part_and_coordinates_no_more_is_reminded_of_what_stands() -> None:
    there = calendars(session())
    there.parties = [party(BO, keepers=(ADA,))]
    there.look([session()], before(50))
    assert [(person, lead) for _, person, lead, _ in there.look([session()], before(13))] == [("ada", 14), ("bo", 14)]


def test_of_those_who_share_a_mailbox_one_is_reminded() -> None:
    shares = [party(ADA), party(replace(BO, address=ADA.address), number=VOLDA)]
    assert [it[1] for it in calendars(session(), parties=shares).look([session()], before(13))] == ["ada"]


def test_without_leads_nobody_is_reminded() -> None:
    there = calendars(session())
    assert [it for n in range(20) for it in there.look([session()], before(20 - n), leads=())] == []


DAYS = st.integers(0, 60).map(lambda n: BEGIN + timedelta(days=n))
NEWS = st.dictionaries(  # by day, what the session is from then on
    DAYS,
    st.one_of(
        st.builds(session, DAYS.map(lambda day: day + timedelta(days=10))),
        st.builds(lambda day: session(day, place="Volda"), DAYS),
        st.just(session(DAY, cancelled=True)),
        st.just(session(None)),
    ),
    min_size=1,
    max_size=5,
)


def played(
    news: dict[date, Session], days: Iterable[date], leads: Collection[int]
) -> tuple[dict[Reminded, date], set[date]]:
    """When each reminder is sent, and on which of these days something else is told. Those on which there is news are among them."""
    there, now = Calendars(parties=[party(ADA)], notices={}, reminded=set()), session(None)
    sent, told_on = {}, set()
    for day in days:
        now, was = news.get(day, now), dict(there.notices)
        sent.update(dict.fromkeys(there.look([now], day, leads), day))
        if there.notices != was:
            told_on.add(day)
    return sent, told_on


EVERY_DAY = [BEGIN + timedelta(days=n) for n in range(80)]
SOME_LEADS = st.sets(st.integers(1, 30), max_size=4)


@given(NEWS, SOME_LEADS)
def test_day_by_day_each_reminder_is_sent_on_its_day_unless_something_is_told_that_day(
    news: dict[date, Session], leads: set[int]
) -> None:
    daily, told_on = played(news, EVERY_DAY, leads)
    expected, now = {}, session(None)
    for day in EVERY_DAY:
        now = news.get(day, now)
        if day in told_on or now.cancelled or now.entry is None:
            continue
        left = (now.entry.first_day - day).days
        if left in leads:
            expected[now.id, ADA.id, left, now.entry.first_day] = day
    assert daily == expected


@given(NEWS, st.sets(DAYS), SOME_LEADS)
def test_day_by_day_and_in_jumps_the_same_reminders_are_sent_but_for_those_that_were_jumped_over(
    news: dict[date, Session], seen: set[date], leads: set[int]
) -> None:
    """A reminder is jumped over where none of those days was seen on which it is the right one: from the day on which it is sent
    day by day, until a nearer one is due, the session begins, or something is told of it."""
    daily, told_on = played(news, EVERY_DAY, leads)
    jumping = sorted(seen | news.keys())
    in_jumps, _ = played(news, jumping, leads)

    def is_right_on(day: date, it: Reminded) -> bool:
        *_, lead, first_day = it
        left = (first_day - day).days
        is_nearest = 0 < left <= lead and not any(left <= other < lead for other in leads)
        is_told_since = any(daily[it] < other <= day for other in told_on)
        return daily[it] <= day and not is_told_since and is_nearest

    assert set(in_jumps) == {it for it in daily if any(is_right_on(day, it) for day in jumping)}
