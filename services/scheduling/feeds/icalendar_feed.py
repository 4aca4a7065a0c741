"""A feed as a calendar reads it (RFC 5545): the same bytes for the same sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event

from services.scheduling.feeds.domain.entry import Entry
from services.scheduling.feeds.domain.feed import Feed
from services.scheduling.sessions.domain.session import Session
from shared.calendar_times import Span, on_one_day, timezone, whole_days
from shared.links import is_link
from shared.when_text import when_text

OF_ALL = "Fremtidens kulturskole"


def written(feed: Feed, name: str | None, entries: Iterable[Entry]) -> bytes:
    """`name` is that of the feed's party."""
    calendar = Calendar()
    calendar.add("prodid", "-//Fremtidens kulturskole//scheduling//NO")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", called(feed, name))
    events = [_event(feed, it) for it in entries]
    if any(isinstance(it.decoded("dtstart"), datetime) for it in events):
        calendar.add_component(timezone())
    for event in events:
        calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found


def called(feed: Feed, name: str | None) -> str:
    """What the calendar is called, unless who subscribes calls it something else."""
    if feed.kind == "advisor":
        return f"{OF_ALL}, veiledning"
    return f"{OF_ALL}, {name or feed.party or feed.programme}"


def span(session: Session) -> Span:
    """When it begins and ends. Several days are whole days, which a calendar would else show as one long bar.

    Raises ValueError for one without exact days.
    """
    days = session.when.days
    if days is None:
        msg = "it has no exact days"
        raise ValueError(msg)
    if days.starts_at is None or days.first != days.last:
        return whole_days(days.first, days.last)
    return on_one_day(days.first, days.starts_at, days.ends_at, session.when.duration_minutes)


def _event(feed: Feed, entry: Entry) -> Event:
    it = entry.session
    begin, end = span(it)
    event = Event()
    event.add("uid", entry.uid(feed))
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", begin)
    if end is not None:
        event.add("dtend", end)
    event.add("summary", entry.summary(feed))
    event.add("description", when_text(it.when))
    link = it.meeting_link if feed.has_links else None
    if it.place or link:
        event.add("location", it.place or link)
    if link and is_link(link):
        event.add("url", link)
    event.add("status", "CANCELLED" if it.state == "cancelled" else "CONFIRMED")
    return event
