"""A local SMTP server that delivers nowhere: every mail is kept as an .eml file, to be read on a page."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.ports import HOST
from shared.clock import OSLO

LARGEST = 20_000_000  # bytes


class MailSink:
    """Listens on loopback while it is started; `folder` keeps the mails, named so that the newest sorts last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count(1 + max((int(name) for name in names(self._folder)), default=0))
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST), HOST, 0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        name = f"{next(self._numbers):08}"
        # Written under a hidden name and renamed, so that no page shows half a mail.
        beside = self._folder / f".{name}"
        beside.write_bytes(content)
        beside.replace(self._folder / f"{name}.eml")
        return f"250 kept as {name}"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail as it is shown. `calendar` is the text of its calendar entry."""

    name: str
    sent_at: datetime | None  # in Norway
    sender: str
    recipient: str
    subject: str
    text: str | None
    html: str | None
    calendar: str | None


def names(folder: Path) -> Sequence[str]:
    """The names of all mails, the newest first."""
    return sorted((path.stem for path in folder.glob("*.eml") if path.stem.isdigit()), reverse=True)


def read(folder: Path, name: str) -> Mail | None:
    """None where there is no such mail. One that nobody should have sent so is shown as it came."""
    path = folder / f"{name}.eml"
    if not name.isdigit() or not path.exists():
        return None
    source = path.read_bytes()
    try:
        return _parsed(name, source)
    except Exception:  # noqa: BLE001 - the email package has many for what is no mail; none may keep the others from being shown
        text = source.decode(errors="replace")
        return Mail(name=name, sent_at=None, sender="", recipient="", subject="", text=text, html=None, calendar=None)


def _parsed(name: str, source: bytes) -> Mail:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(source)
    date = message["date"]
    return Mail(
        name=name,
        sent_at=date.datetime.astimezone(OSLO) if date is not None and date.datetime is not None else None,
        sender=str(message["from"] or ""),
        recipient=str(message["to"] or ""),
        subject=str(message["subject"] or ""),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        calendar=_part(message, "text/calendar"),
    )


def _part(message: EmailMessage, content_type: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == content_type:
            try:
                return str(part.get_content())
            except LookupError:  # a charset that nobody knows
                return bytes(part.get_payload(decode=True) or b"").decode(errors="replace")
    return None
