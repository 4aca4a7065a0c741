"""When an entry of a calendar begins and ends (RFC 5545), and the time zone that its clock times are of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from icalendar import Timezone

from shared.clock import OSLO

# Europe/Oslo as the time zone database has had it since 1996; what icalendar derives by itself changes at the wrong hours.
_OSLO = """\
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

Span = tuple[date | datetime, date | datetime | None]


def timezone() -> Timezone:
    """Europe/Oslo, for a calendar that has an entry with clock times."""
    return Timezone.from_ical(_OSLO)  # type: ignore[return-value]  # a component of the kind that the text names


def whole_days(first: date, last: date) -> Span:
    """Whole days end with the day after the last one."""
    return first, last + timedelta(days=1)


def at(day: date, clock_time: str) -> datetime:
    """A clock time of Europe/Oslo, such as `09:00`, on a day."""
    return datetime.combine(day, time.fromisoformat(clock_time), OSLO)


def on_one_day(day: date, starts_at: str, ends_at: str | None, minutes: int | None) -> Span:
    """Clock times of one day. An end that is not known is not made up: it follows from the duration, or else there is none."""
    begin = at(day, starts_at)
    if ends_at is not None:
        return begin, at(day, ends_at)
    return begin, begin + timedelta(minutes=minutes) if minutes else None
