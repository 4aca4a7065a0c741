"""Sends one mail by SMTP: a client of its own, bounded in time, and one outcome."""

from __future__ import annotations

import asyncio
import quopri
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.encoders import encode_base64
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Any

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from services.notifications.letters.attachments import Attached
from services.notifications.letters.domain.letter import Mail
from services.notifications.letters.domain.outcome import Kind, Outcome
from services.notifications.sending.domain.refusals import Fault, Phase, fault_of
from services.notifications.sending.icalendar_entry import method_of
from services.notifications.sending.render import Rendered
from services.notifications.settings import Settings

QUIT_TIME_OUT = 2.0  # seconds
LONGEST_REASON = 200
PHASES: dict[type[SMTPResponseException], Phase] = {
    SMTPConnectResponseError: "greeting",
    SMTPHeloError: "hello",
    SMTPAuthenticationError: "login",
    SMTPSenderRefused: "sender",
    SMTPRecipientRefused: "recipient",
    SMTPDataError: "content",
}
KINDS: dict[Fault, Kind] = {"later": "put_off", "mail": "refused", "us": "refused_us", "server": "unreachable"}
# What in a server's words may be an address: what it says is shown and logged.
ADDRESS = re.compile(r"\S*@\S*")


# Mails are written with the standard library's older classes and not with EmailMessage: one is written in a quarter of the
# time, and mails as a whole are sent a third quicker. EmailMessage parses and folds each header of each part as if it came
# from outside (docs/performance.md has the figures).
AS_SENT = compat32.clone(linesep="\r\n", mangle_from_=False)


class Mailer:
    """Writes mails and hands them to the SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Once, since the machine's certificates are some hundred.
        self._tls = ssl.create_default_context(cafile=settings.smtp_ca_file)

    def message(self, mail: Mail, rendered: Rendered, files: Sequence[Attached] = ()) -> bytes:
        """The mail as it goes out, the same each time. Raises ValueError for a name or address that no header takes."""
        message: Message[Any, Any] = MIMEMultipart("alternative", f"=_{mail.id}")
        beside = [_file(it) for it in files]
        message.attach(_text("plain", rendered.text))
        message.attach(_text("html", rendered.html))
        if rendered.calendar is not None:
            entry = rendered.calendar.encode()
            invitation = MIMEBase("text", "calendar", method=method_of(mail), charset="utf-8")
            invitation.set_payload(entry)
            encode_base64(invitation)
            message.attach(invitation)
            attached = MIMEApplication(entry, "ics")
            attached.add_header("Content-Disposition", "attachment", filename="kalender.ics")
            beside.insert(0, attached)
        if beside:
            message = MIMEMultipart("mixed", f"=_mixed_{mail.id}", [message, *beside])
        message["Subject"] = Header(rendered.subject, header_name="Subject")
        message["From"] = _mailbox("From", self._settings.mail_organiser, self._settings.mail_sender)
        message["To"] = _mailbox("To", mail.name, mail.address)
        message["Date"] = format_datetime(mail.made_at)
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = mail.language
        return message.as_bytes(policy=AS_SENT)

    async def send(self, message: bytes, *, to: str) -> Outcome:
        """Hand a message to the SMTP server, by a connection of its own. Only its 250 makes the outcome `accepted`."""
        settings = self._settings
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_is_tls(),
            start_tls=settings.smtp_starttls and not settings.smtp_is_tls(),
            tls_context=self._tls,
            username=settings.smtp_user,
            password=settings.smtp_secret(),
            local_hostname=settings.smtp_name(),
        )
        # A server that is slow with one mail may be quick with the next; one that is slow to connect is not.
        outcome = Outcome(kind="unreachable", reason=f"no answer within {settings.smtp_timeout:.0f} s")
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.smtp_timeout):
                refusal = await _connect(client)
                outcome = refusal or Outcome(kind="put_off")
                if refusal is None:
                    outcome = await _hand_over(client, message, settings.mail_sender, to)
        with suppress(Exception):  # the outcome is known
            async with asyncio.timeout(QUIT_TIME_OUT):
                await client.quit()
        client.close()
        return outcome


async def _connect(client: SMTP) -> Outcome | None:
    """None where the server is ready to take mails. Where it refuses to be used, that says nothing about this mail."""
    try:
        await client.connect()
    except SMTPResponseException as error:
        return _outcome_of(error, "encryption")
    except (SMTPException, OSError) as error:
        return Outcome(kind="unreachable", reason=said(f"{type(error).__name__}: {error}"))
    return None


async def _hand_over(client: SMTP, message: bytes, sender: str, to: str) -> Outcome:
    try:
        refused, _ = await client.sendmail(sender, [to], message)
    except SMTPRecipientsRefused as error:
        return _outcome_of(error.recipients[0], "recipient", to)
    except SMTPResponseException as error:
        return _outcome_of(error, "content", to)
    except (SMTPNotSupported, ValueError):  # an address that it does not take
        return Outcome(kind="refused")
    except (SMTPException, OSError):  # lost before an answer: the server may have taken the mail or not
        return Outcome(kind="put_off")
    # A partial refusal is returned and not raised; with one recipient there should be none.
    return _outcome_of(SMTPResponseException(*refused[to]), "recipient", to) if refused else Outcome(kind="accepted")


def _outcome_of(error: SMTPResponseException, phase: Phase, to: str = "") -> Outcome:
    """`phase` where the error itself does not say in which the server refused."""
    fault = fault_of(PHASES.get(type(error), phase), error.code, error.message)
    return Outcome(kind=KINDS[fault], reply=error.code, reason=f"{error.code} {said(error.message, to)}")


def said(text: str, to: str = "") -> str:
    """What the other side said, on one line, without an address or what stands before the @ in that of `to`."""
    text = ADDRESS.sub("…", " ".join(text.split()))
    whom = to.partition("@")[0]
    if whom:
        text = re.sub(rf"(?<!\w){re.escape(whom)}(?!\w)", "…", text)
    return text[:LONGEST_REASON]


def _text(subtype: str, text: str) -> Message:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quopri.encodestring(text.encode()).decode("ascii"))
    return part


def _file(it: Attached) -> Message:
    kind, _, subtype = it.media_type.partition("/")
    part = MIMEBase(kind, subtype, name=it.name)
    part.set_payload(it.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=it.name)
    return part


def _mailbox(header: str, name: str, address: str) -> Header | str:
    checked = Address(display_name=name, addr_spec=address)
    if name.isascii():
        return formataddr((name, checked.addr_spec))
    # The name becomes encoded words, each short enough for a line (RFC 2047); the address stays outside of them.
    mailbox = Header(name, header_name=header)
    mailbox.append(f"<{checked.addr_spec}>", "us-ascii")
    return mailbox
