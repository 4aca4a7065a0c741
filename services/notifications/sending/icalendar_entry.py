"""The calendar entry of a mail about a session: RFC 5545, sent as RFC 5546 and 6047 say."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from services.notifications.letters.domain.content import Entry
from services.notifications.letters.domain.kinds import CANCELLATION
from services.notifications.letters.domain.letter import Mail
from services.notifications.sending.domain.link import is_link
from shared.clock import OSLO

# Europe/Oslo as the time zone database has had it since 1996; what icalendar derives by itself changes at the wrong hours.
TIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
END:VTIMEZONE
"""


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
        calendar.add_component(Timezone.from_ical(TIMEZONE))
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


def span(entry: Entry) -> tuple[date | datetime, date | datetime | None]:
    """When an entry begins and ends: clock times of Europe/Oslo where it is known at what time it begins, else whole days.

    Whole days end with the day after the last one (RFC 5545). An end that is not known is not made up: it follows from the
    duration, or else there is none.
    """
    all_day = entry.first_day, entry.last_day + timedelta(days=1)
    if entry.starts_at is None:
        return all_day
    begin = _at(entry.first_day, entry.starts_at)
    if entry.ends_at is not None:
        return begin, _at(entry.last_day, entry.ends_at)
    if entry.last_day > entry.first_day:
        return all_day
    return begin, begin + timedelta(minutes=entry.duration_minutes) if entry.duration_minutes else None


def _at(day: date, clock_time: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock_time), OSLO)


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(name)
    return person
