"""A calendar feed, read by two programs' parsers, has the plan's exact days and nothing else (S2, S6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import vobject
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from services.scheduling.feeds.domain.entry import Entry, is_kept
from services.scheduling.feeds.domain.feed import Feed
from services.scheduling.feeds.icalendar_feed import written
from services.scheduling.sessions.domain.session import Session, State
from shared.clock import OSLO
from shared.ids import new_id
from shared.when import MOST_DAYS, Days, When, findings

FEED = Feed(kind="programme", of="regionalt-2024-2025", number=1)
Read = tuple[str, date | datetime, date | datetime | None, str, str]

# Around new year, ISO week 53, a leap day and both changes of the hour, and whenever else.
NEAR = [
    date(2020, 12, 31),
    date(2021, 1, 3),
    date(2024, 2, 29),
    date(2024, 3, 31),
    date(2024, 10, 27),
    date(2026, 12, 31),
]
day = st.one_of(st.sampled_from(NEAR), st.dates(date(2000, 1, 1), date(2099, 12, 1)))
clock_time = st.times().map(lambda it: it.strftime("%H:%M"))


@st.composite
def whens(draw: st.DrawFn) -> When:
    first = draw(day)
    days = Days(
        first=first,
        last=first + timedelta(days=draw(st.integers(0, MOST_DAYS - 1))),
        starts_at=draw(st.none() | clock_time),
        ends_at=draw(st.none() | clock_time),
    )
    return When(days=days, duration_minutes=draw(st.none() | st.integers(1, 600)))


exact = whens().filter(lambda it: not findings(it))
states: st.SearchStrategy[State] = st.sampled_from(["planned", "completed", "cancelled"])


def entry(n: int, when: When, state: State) -> Entry:
    session = Session(
        id=new_id(),
        version=1,
        programme="regionalt-2024-2025",
        party=None,
        kind="joint_session",
        format="digital",
        title=f"Samling {n}, «æøå»; \\ og mer",
        number=n,
        instalment=None,
        when=when,
        place=None,
        meeting_link=None,
        state=state,
    )
    return Entry(session=session, changed_at=datetime(2024, 9, 1, 12, tzinfo=UTC), party_name=None)


def planned(entry: Entry) -> Read:
    """What a calendar is to show, said anew: clock times as they hang on the wall in Norway."""
    session, days = entry.session, entry.session.when.days
    assert days is not None
    title = f"{'AVLYST: ' if session.state == 'cancelled' else ''}{session.title}"
    said = title, "CANCELLED" if session.state == "cancelled" else "CONFIRMED"
    if days.first != days.last or days.starts_at is None:
        return session.id, days.first, days.last + timedelta(days=1), *said
    begin = datetime.fromisoformat(f"{days.first}T{days.starts_at}")
    minutes = session.when.minutes
    return session.id, begin, begin + timedelta(minutes=minutes) if minutes else None, *said


def wall(moment: date | datetime) -> date | datetime:
    """In a parser's own time zone, which must be Norway's."""
    if not isinstance(moment, datetime):
        return moment
    assert moment.tzinfo is not None
    at = moment.replace(tzinfo=OSLO).utcoffset()
    assert (
        moment.utcoffset() == at or moment.replace(tzinfo=OSLO, fold=1).utcoffset() != at
    )  # an hour there is twice, or not
    return moment.replace(tzinfo=None, fold=0)


def by_ical(feed: str) -> list[Read]:
    found: list[Any] = IcsCalendarStream.calendar_from_ics(feed).events
    return sorted((_id(it.uid), wall(it.dtstart), it.dtend and wall(it.dtend), it.summary, it.status) for it in found)


def by_vobject(feed: str) -> list[Read]:
    found = getattr(vobject.readOne(feed), "vevent_list", [])
    ends = [getattr(it, "dtend", None) for it in found]
    return sorted(
        (_id(it.uid.value), wall(it.dtstart.value), end and wall(end.value), it.summary.value, it.status.value)
        for it, end in zip(found, ends, strict=True)
    )


def _id(uid: str) -> str:
    return uid.removesuffix("@fremtidens-kulturskole")


def one_day(day: date, **times: Any) -> When:
    minutes = times.pop("duration_minutes", None)
    return When(days=Days(first=day, last=day, **times), duration_minutes=minutes)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(exact, states), max_size=4))
@example([(one_day(date(2024, 3, 31), starts_at="01:00", duration_minutes=150), "planned")])
@example([(one_day(date(2024, 10, 27), starts_at="01:00", ends_at="05:00"), "cancelled")])
@example(
    [(When(days=Days(first=date(2020, 12, 31), last=date(2021, 1, 3), starts_at="10:00", ends_at="15:00")), "planned")]
)
def test_two_parsers_read_back_the_exact_days_of_the_plan(sessions: list[tuple[When, State]]) -> None:
    entries = [entry(n, *it) for n, it in enumerate(sessions, start=1)]
    feed = written(FEED, None, entries)
    assert feed == written(FEED, None, entries)
    expected = sorted(map(planned, entries), key=lambda it: it[0])
    assert by_ical(feed.decode()) == expected
    assert by_vobject(feed.decode()) == expected


@given(st.timedeltas(timedelta(0), timedelta(days=60)))
@example(timedelta(days=30))
@example(timedelta(days=30) - timedelta.resolution)
def test_what_is_cancelled_is_kept_for_thirty_days(later: timedelta) -> None:
    now = datetime(2024, 12, 15, 12, tzinfo=UTC)
    assert is_kept("cancelled", now - later, now) is (later < timedelta(days=30))
    assert is_kept("planned", now - later, now)
    assert is_kept("completed", now - later, now)
