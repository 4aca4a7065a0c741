"""The local SMTP server, spoken to by the library that services send with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from deploy import mail_sink
from deploy.mail_sink import MailSink


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[MailSink]:
    sink = MailSink(tmp_path / "mails")
    await sink.start()
    yield sink
    await sink.stop()


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Rådet <post@kulturskoleradet.example>"
    message["To"] = "Kari Ødegård <kari@orsta.example>"
    message["Subject"] = subject
    message["Date"] = "Wed, 25 Sep 2024 14:00:00 +0200"
    message.set_content("Velkommen til fellessamling på Værnes")
    message.add_alternative("<p>Velkommen <script>alert(1)</script></p>", subtype="html")
    message.add_attachment(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".decode(), subtype="calendar", filename="invite.ics")
    return message


async def test_a_mail_is_kept_and_read_back_with_all_its_parts(sink: MailSink, tmp_path: Path) -> None:
    await aiosmtplib.send(mail("Invitasjon på nynorsk: ø"), hostname="127.0.0.1", port=sink.port)
    (name,) = mail_sink.names(tmp_path / "mails")
    read = mail_sink.read(tmp_path / "mails", name)
    assert read is not None
    assert (read.subject, read.recipient) == ("Invitasjon på nynorsk: ø", "Kari Ødegård <kari@orsta.example>")
    assert read.sent_at is not None
    assert read.sent_at.isoformat() == "2024-09-25T14:00:00+02:00"
    assert "Værnes" in (read.text or "")
    assert "<p>Velkommen" in (read.html or "")
    assert "BEGIN:VCALENDAR" in (read.calendar or "")


async def test_the_newest_comes_first_and_numbers_go_on_after_a_restart(sink: MailSink, tmp_path: Path) -> None:
    await aiosmtplib.send(mail("første"), hostname="127.0.0.1", port=sink.port)
    again = MailSink(tmp_path / "mails")
    await again.start()
    await aiosmtplib.send(mail("andre"), hostname="127.0.0.1", port=again.port)
    await again.stop()
    found = [mail_sink.read(tmp_path / "mails", name) for name in mail_sink.names(tmp_path / "mails")]
    assert [it.subject for it in found if it] == ["andre", "første"]


@pytest.mark.parametrize("name", ["", "00000009", "../passwords", "x", "..", "%2e%2e"])
def test_what_is_no_mail_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "passwords.eml").write_text("secret")
    assert mail_sink.read(tmp_path, name) is None
