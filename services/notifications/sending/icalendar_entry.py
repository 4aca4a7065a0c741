"""The calendar entry of a mail about a session: RFC 5545, sent as RFC 5546 and 6047 say."""

from __future__ import annotations

from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifications.letters.domain.content import Entry
from services.notifications.letters.domain.kinds import CANCELLATION
from services.notifications.letters.domain.letter import Mail
from shared.calendar_times import Span, at, on_one_day, timezone, whole_days
from shared.links import is_link


def method_of(mail: Mail) -> str:
    return "CANCEL" if mail.kind == CANCELLATION else "REQUEST"


def calendar_part(mail: Mail, entry: Entry, *, title: str, description: str, organiser: str, sender: str) -> str:
    """The `text/calendar` part of a mail, be it an invitation, a change or a cancellation (S6).

    Each session and person has one UID, so that a later mail replaces what an earlier one put into the calendar.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Fremtidens kulturskole//notifications//NO")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(mail))
    begin, end = span(entry)
    if isinstance(begin, datetime):
        calendar.add_component(timezone())
    event = Event()
    event.add("uid", f"{mail.session}.{mail.person}@fremtidens-kulturskole")
    event.add("sequence", mail.sequence)
    event.add("dtstamp", mail.made_at)
    event.add("dtstart", begin)
    if end is not None:
        event.add("dtend", end)
    event.add("summary", title)
    event.add("description", description)
    if entry.place or entry.meeting_link:
        event.add("location", entry.place or entry.meeting_link)
    if entry.meeting_link and is_link(entry.meeting_link):
        event.add("url", entry.meeting_link)
    event.add("status", "CANCELLED" if mail.kind == CANCELLATION else "CONFIRMED")
    event.add("organizer", _person(organiser, sender), encode=False)
    attendee = _person(mail.name, mail.address)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    ical: bytes = calendar.to_ical()
    return ical.decode()


def span(entry: Entry) -> Span:
    """When an entry begins and ends: clock times of Europe/Oslo where it is known at what time it begins, else whole days."""
    if entry.starts_at is None:
        return whole_days(entry.first_day, entry.last_day)
    if entry.first_day == entry.last_day:
        return on_one_day(entry.first_day, entry.starts_at, entry.ends_at, entry.duration_minutes)
    if entry.ends_at is None:
        return whole_days(entry.first_day, entry.last_day)
    return at(entry.first_day, entry.starts_at), at(entry.last_day, entry.ends_at)


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(name)
    return person
