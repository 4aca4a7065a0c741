"""A mail as it goes out."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from services.notifications.sending.mailer import Mailer
from services.notifications.sending.render import Rendered, render
from services.notifications.settings import Settings
from tests.unit.notifications.samples import ORGANISER, SENDER, mail

SETTINGS = Settings(database_url="sqlite+aiosqlite://", keys_file=Path("keys.json"))


def written(kind: str, **changes: Any) -> bytes:
    it = mail(kind, **changes)
    return Mailer(SETTINGS).message(it, render(it, organiser=ORGANISER, sender=SENDER))


def sent(kind: str, **changes: Any) -> EmailMessage:
    """As it arrives at who reads it."""
    return message_from_bytes(written(kind, **changes), EmailMessage, policy=policy.default)


def test_its_headers_say_who_it_is_from_and_to_and_that_nobody_wrote_it_by_hand() -> None:
    message = sent("application_received", language="nn")
    assert message["From"] == f"{ORGANISER} <{SENDER}>"
    assert message["To"] == "Bo Nordmann <bo@volda.example>"
    assert message["Subject"] == "Søknaden frå Volda er motteken"
    assert message["Message-ID"] == mail("application_received").message_id
    assert message["Date"].datetime == mail("application_received").made_at
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("nn", "auto-generated")


@pytest.mark.parametrize("kind", ["invoice", "session_invitation"])
def test_it_is_the_same_each_time_to_the_byte(kind: str) -> None:
    assert written(kind) == written(kind)


@pytest.mark.parametrize("name", ["Bo Nordmann", "Å" * 200, " ".join(["Nordmann"] * 22)])
def test_its_lines_are_short_enough_for_any_server_and_end_as_smtp_says(name: str) -> None:
    lines = written("session_invitation", name=name).split(b"\r\n")
    assert max(len(line) for line in lines) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_a_line_that_begins_as_a_mailbox_file_does_stays_as_it_is() -> None:
    message = Mailer(SETTINGS).message(
        mail("invoice"), Rendered(subject="Hei", text="From Volda\n.\n \n", html="<p>Hei", calendar=None)
    )
    text = message_from_bytes(message, EmailMessage, policy=policy.default).get_body(("plain",))
    assert text
    assert text.get_content() == "From Volda\r\n.\r\n \r\n"


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


def test_a_name_that_takes_several_lines_arrives_whole() -> None:
    name = "Ødegård, Åse " * 8 + "Ø"
    header = message_from_bytes(written("application_received", name=name))["To"]
    # Not by the parser above, which puts a space between two encoded words of a name (RFC 2047 has none there).
    assert str(make_header(decode_header(header))) == f"{name} <bo@volda.example>"
