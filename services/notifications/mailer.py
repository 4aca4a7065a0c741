"""Sends one mail by SMTP: a client of its own, bounded in time, and one outcome."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

import structlog
from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException

from services.notifications.calendar import method_of
from services.notifications.domain.sending import Outcome
from services.notifications.render import Rendered
from services.notifications.repository.mails import Mail
from services.notifications.settings import Settings

log = structlog.get_logger()

PERMANENT = 500  # SMTP codes from here on
FAREWELL = 2.0  # seconds


class Mailer:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def message(self, mail: Mail, rendered: Rendered) -> EmailMessage:
        """The mail as it goes out, the same each time. Raises ValueError for a name or address that no header takes."""
        message = EmailMessage()
        message["Subject"] = rendered.subject
        message["From"] = _mailbox(self._settings.mail_organiser, self._settings.mail_sender)
        message["To"] = _mailbox(mail.name, mail.address)
        message["Date"] = mail.made_at
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        if rendered.calendar is not None:
            entry = rendered.calendar.encode()  # as bytes, or its lines would end as the email package likes
            params = {"method": method_of(mail), "charset": "utf-8"}
            message.add_alternative(entry, maintype="text", subtype="calendar", params=params)
            message.add_attachment(entry, maintype="application", subtype="ics", filename="kalender.ics")
        message["Content-Language"] = mail.language  # last: Content-* set before moves down to the first part
        return message

    async def send(self, message: EmailMessage, *, to: str) -> Outcome:
        """Give a message to the server. `accepted` is said after its 250 and at no other time."""
        settings = self._settings
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            start_tls=settings.smtp_starttls,
            username=settings.smtp_user,
            password=settings.smtp_secret(),
            local_hostname=socket.gethostname(),  # the default asks DNS
        )
        # A server that is slow with one mail may be quick with the next; one that is slow to connect is not.
        outcome = Outcome(kind="unreachable")
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.smtp_timeout):
                refusal = await _connect(client)
                outcome = refusal or Outcome(kind="put_off")
                if refusal is None:
                    outcome = await _hand_over(client, message, settings.mail_sender, to)
        with suppress(Exception):  # the outcome is known
            async with asyncio.timeout(FAREWELL):
                await client.quit()
        client.close()
        return outcome


async def _connect(client: SMTP) -> Outcome | None:
    """None where the server is ready to take mails; that it refuses us says nothing about any of them."""
    try:
        await client.connect()
    except SMTPResponseException as error:
        log.warning("the SMTP server refuses to be used", reply=error.code)
        return Outcome(kind="unreachable", reply=error.code)
    except (SMTPException, OSError) as error:
        log.warning("the SMTP server cannot be reached", error=type(error).__name__)
        return Outcome(kind="unreachable")
    return None


async def _hand_over(client: SMTP, message: EmailMessage, sender: str, to: str) -> Outcome:
    try:
        refused, _ = await client.sendmail(sender, [to], _flat(message))
    except SMTPRecipientsRefused as error:
        return _by(error.recipients[0].code)
    except SMTPResponseException as error:
        return _by(error.code)
    except (SMTPNotSupported, ValueError):  # an address that it does not take
        return Outcome(kind="refused")
    except (SMTPException, OSError):  # lost before its answer: it may have taken it
        return Outcome(kind="put_off")
    # A partial refusal is returned and not raised; with one recipient there should be none.
    return _by(refused[to].code) if refused else Outcome(kind="accepted")


def _flat(message: EmailMessage) -> bytes:
    """Python folds a header after a space and begins the next line with one more; who unfolds it would read two."""
    head, between, body = message.as_bytes(policy=policy.SMTP).partition(b"\r\n\r\n")
    return head.replace(b" \r\n ", b"\r\n ") + between + body


def _by(reply: int) -> Outcome:
    return Outcome(kind="refused" if reply >= PERMANENT else "put_off", reply=reply)


def _mailbox(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)
