"""The .ics as a calendar program reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.notifications.letters.domain.kinds import Language
from services.notifications.sending.render import render
from tests.unit.notifications.samples import ENTRY, ORGANISER, SENDER, mail

OSLO = ZoneInfo("Europe/Oslo")
ALL = ["session_invitation", "session_change", "session_cancellation"]


def calendar(kind: str = "session_invitation", language: Language = "nb", **changes: Any) -> Calendar:
    text = render(mail(kind, language, **changes), organiser=ORGANISER, sender=SENDER).calendar
    assert text is not None
    return Calendar.from_ical(text)


def entry(kind: str = "session_invitation", language: Language = "nb", **changes: Any) -> Any:
    """A calendar's only event; Any, since what its fields may be is more than what these are."""
    (event,) = calendar(kind, language, **changes).events
    return event


def of(**changes: Any) -> Any:
    return entry(entry=replace(ENTRY, **changes))


@pytest.mark.parametrize(
    ("kind", "method", "status"),
    [
        ("session_invitation", "REQUEST", "CONFIRMED"),
        ("session_change", "REQUEST", "CONFIRMED"),
        ("session_cancellation", "CANCEL", "CANCELLED"),
    ],
)
def test_an_invitation_and_a_change_request_and_a_cancellation_cancels(kind: str, method: str, status: str) -> None:
    assert calendar(kind)["METHOD"] == method
    assert entry(kind)["STATUS"] == status


def test_later_mails_replace_earlier_ones_by_the_same_uid_and_a_higher_sequence() -> None:
    told = [entry(kind) for kind in ALL]
    assert {it["UID"] for it in told} == {"s1.bo@fremtidens-kulturskole"}
    assert [it["SEQUENCE"] for it in told] == [0, 1, 2]


@pytest.mark.parametrize("kind", ALL)
def test_it_says_who_invites_whom_and_when_it_was_written(kind: str) -> None:
    it = entry(kind)
    assert (it["ORGANIZER"], it["ORGANIZER"].params["CN"]) == (f"mailto:{SENDER}", ORGANISER)
    assert (it["ATTENDEE"], it["ATTENDEE"].params["CN"]) == ("mailto:bo@volda.example", "Bo Nordmann")
    assert it.decoded("DTSTAMP") == datetime(2024, 9, 2, 12, tzinfo=UTC)


def test_title_place_and_link_stand_in_it() -> None:
    link = "https://meet.example/1"
    there = of(title="Fellessamling 1; Æ, Ø\nog Å", meeting_link=link)
    assert (there["SUMMARY"], there["LOCATION"], there["URL"]) == (
        "Fellessamling 1; Æ, Ø\nog Å – Fremtidens kulturskole",
        "Quality Hotel Stjørdal",
        link,
    )
    assert of(place=None, meeting_link=link)["LOCATION"] == link
    nowhere = of(place=None)
    assert "LOCATION" not in nowhere
    assert "URL" not in nowhere


@pytest.mark.parametrize(
    ("language", "text"), [("nb", "Hvor: Quality Hotel Stjørdal"), ("nn", "Kvar: Quality Hotel Stjørdal")]
)
def test_its_description_says_it_all_in_the_language_form(language: Language, text: str) -> None:
    description = entry(language=language)["DESCRIPTION"]
    assert description.startswith("Program: Fremtidens kulturskole\n")
    assert text in description
    assert "24. september kl. 10.00 – 25. september 2024 kl. 15.00" in description


def test_it_begins_and_ends_at_the_clock_times_of_norway() -> None:
    it = of()
    assert it.decoded("DTSTART") == datetime(2024, 9, 24, 10, tzinfo=OSLO)
    assert it.decoded("DTEND") == datetime(2024, 9, 25, 15, tzinfo=OSLO)
    winter = of(first_day=date(2025, 1, 15), last_day=date(2025, 1, 15))
    assert winter.decoded("DTSTART").astimezone(UTC) == datetime(2025, 1, 15, 9, tzinfo=UTC)


def test_without_clock_times_it_lasts_whole_days() -> None:
    it = of(starts_at=None, ends_at=None)
    assert (it.decoded("DTSTART"), it.decoded("DTEND")) == (date(2024, 9, 24), date(2024, 9, 26))


def test_a_beginning_without_an_end_lasts_as_long_as_is_known() -> None:
    one_day: dict[str, Any] = {"first_day": date(2024, 9, 25), "ends_at": None}
    begin = datetime(2024, 9, 25, 10, tzinfo=OSLO)
    known = of(**one_day, duration_minutes=150)
    assert (known.decoded("DTSTART"), known.decoded("DTEND")) == (begin, begin + timedelta(minutes=150))
    unknown = of(**one_day)
    assert unknown.decoded("DTSTART") == begin
    assert "DTEND" not in unknown
    several_days = of(ends_at=None)
    assert (several_days.decoded("DTSTART"), several_days.decoded("DTEND")) == (date(2024, 9, 24), date(2024, 9, 26))


def test_the_time_zone_comes_with_it_where_there_are_clock_times() -> None:
    (zone,) = calendar().timezones
    assert zone["TZID"] == "Europe/Oslo"
    begins = {it.name: (it.decoded("DTSTART").hour, it.decoded("TZOFFSETTO")) for it in zone.subcomponents}
    assert begins == {"DAYLIGHT": (2, timedelta(hours=2)), "STANDARD": (3, timedelta(hours=1))}
    assert not calendar(entry=replace(ENTRY, starts_at=None, ends_at=None)).timezones


def test_a_name_that_would_break_the_format_does_not() -> None:
    it = entry(name='Bo "B" Nordmann; RSVP=TRUE:mailto:x@y.example', address="bo@volda.example")
    assert it["ATTENDEE"] == "mailto:bo@volda.example"
    assert it["ATTENDEE"].params["RSVP"] == "FALSE"
