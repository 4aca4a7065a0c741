"""The local SMTP server, spoken to by the library that services send with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy import mail_sink
from deploy.mail_sink import MailSink
from shared.clock import OSLO


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


async def test_a_mail_of_a_charset_that_nobody_knows_is_shown_and_so_are_those_beside_it(
    sink: MailSink, tmp_path: Path
) -> None:
    odd = b"Subject: =?x-none?q?Hei?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\nHei p\xc3\xa5 deg\r\n"
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port) as client:
        await client.sendmail("post@raadet.example", ["kari@orsta.example"], odd)
    await aiosmtplib.send(mail("den neste"), hostname="127.0.0.1", port=sink.port)
    first, second = (mail_sink.read(tmp_path / "mails", name) for name in mail_sink.names(tmp_path / "mails")[::-1])
    assert first is not None
    assert second is not None
    assert (first.text or "").strip() == "Hei på deg"
    assert second.subject == "den neste"


HEADERS = ("Subject", "From", "To", "Date", "Content-Type", "Content-Transfer-Encoding", "MIME-Version")
ODD = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"text/plain; charset=x-none",
            b'text/html; charset="\x00"',
            b"multipart/mixed; boundary=x",
            b"message/rfc822",
            b"base64",
            b"uuencode",
            b"=?utf-8?b?####?=",
            b"=?x-none?q?a?= <",
            b"Wed, 99 Foo 2024 99:99:99 +9999",
            b'"<@,:;',
        ]
    ),
)


@settings(deadline=None)  # a busy machine is slow
@given(headers=st.lists(st.tuples(st.sampled_from(HEADERS), ODD), max_size=8), body=st.binary(max_size=200))
def test_whatever_comes_is_shown(
    tmp_path_factory: pytest.TempPathFactory, headers: list[tuple[str, bytes]], body: bytes
) -> None:
    folder = tmp_path_factory.mktemp("mails", numbered=True)
    source = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    (folder / "00000001.eml").write_bytes(source)
    can_be_shown(folder)


def can_be_shown(folder: Path) -> None:
    """On a page, which is UTF-8 and has the time in Norway."""
    read = mail_sink.read(folder, "00000001")
    assert read is not None
    assert all(it.encode() is not None for it in vars(read).values() if isinstance(it, str))
    assert read.sent_at is None or read.sent_at.astimezone(OSLO)


@pytest.mark.parametrize(
    "source",
    [
        b"\x00" * 100,
        b"",
        b"Date: Fri, 31 Dec 9999 23:59:59 -0000\n\n",
        b"Date: Mon, 1 Jan 0001 00:00:00 +1400\n\n",
        b"Subject: \xf8\nFrom: \xf8 <\xf8@b>\nContent-Type: text/plain; charset=us-ascii\n\n\xf8",
        *(
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
            for depth in (10, 5000)
        ),
    ],
    ids=["zeros", "nothing", "too late", "too early", "eight bits", "nested", "nested deeply"],
)
def test_what_is_no_mail_is_shown_as_it_came(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "00000001.eml").write_bytes(source)
    can_be_shown(tmp_path)
