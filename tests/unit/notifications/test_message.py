"""A mail as it goes out."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from services.notifications.mailer import Mailer
from services.notifications.render import render
from services.notifications.settings import Settings
from tests.unit.notifications.samples import ORGANISER, SENDER, mail

SETTINGS = Settings(database_url="sqlite+aiosqlite://", keys_file=Path("keys.json"))


def sent(kind: str, **changes: Any) -> EmailMessage:
    """As it arrives at who reads it."""
    it = mail(kind, **changes)
    message = Mailer(SETTINGS).message(it, render(it, organiser=ORGANISER, sender=SENDER))
    return message_from_bytes(message.as_bytes(policy=policy.SMTP), EmailMessage, policy=policy.default)


def test_its_headers_say_who_it_is_from_and_to_and_that_nobody_wrote_it_by_hand() -> None:
    message = sent("application_received", language="nn")
    assert message["From"] == f"{ORGANISER} <{SENDER}>"
    assert message["To"] == "Bo Nordmann <bo@volda.example>"
    assert message["Subject"] == "Søknaden frå Volda er motteken"
    assert message["Message-ID"] == mail("application_received").message_id
    assert message["Date"].datetime == mail("application_received").made_at
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("nn", "auto-generated")


def test_it_is_the_same_each_time() -> None:
    headers = ("From", "To", "Subject", "Message-ID", "Date")
    once, again = sent("invoice"), sent("invoice")
    assert [once[it] for it in headers] == [again[it] for it in headers]
    assert [it.get_content() for it in once.iter_parts()] == [it.get_content() for it in again.iter_parts()]


def test_a_mail_without_an_entry_is_text_and_html() -> None:
    assert [it.get_content_type() for it in sent("invoice").walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize(("kind", "method"), [("session_invitation", "REQUEST"), ("session_cancellation", "CANCEL")])
def test_an_entry_is_an_alternative_with_its_method_and_attached_as_a_file(kind: str, method: str) -> None:
    text, html, inline, attached = [it for it in sent(kind).walk() if not it.is_multipart()]
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert inline.get_content_type() == "text/calendar"
    assert (inline["Content-Type"].params["method"], inline["Content-Type"].params["charset"]) == (method, "utf-8")
    assert attached.get_filename() == "kalender.ics"
    assert isinstance(attached, EmailMessage)
    assert inline.get_payload(decode=True) == attached.get_content()  # its lines end with CRLF (RFC 5545)
    assert b"\r\nEND:VCALENDAR\r\n" in attached.get_content()
    assert Calendar.from_ical(attached.get_content())["METHOD"] == method


@pytest.mark.parametrize(
    "changes", [{"address": "no address"}, {"address": "bo@volda.example\nBcc: x@y.example"}, {"name": "Bo\r\nBcc: x"}]
)
def test_a_name_or_address_that_no_header_takes_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises((ValueError, IndexError)):
        sent("application_received", **changes)


@pytest.mark.parametrize("name", ["Åse Ødegård", "Nordmann, Bo", 'Bo "B" Nordmann', "Bo <Boss>"])
def test_a_name_arrives_as_it_is(name: str) -> None:
    (to,) = sent("application_received", name=name)["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, "bo@volda.example")
