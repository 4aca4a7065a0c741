"""Read a mail as it was sent; one that was not, as it would be sent now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from jinja2 import TemplateError

from services.notifications.letters import repository as mails
from services.notifications.letters.domain.content import File
from services.notifications.letters.domain.letter import Mail
from services.notifications.letters.repository import Named
from services.notifications.sending import repository as messages
from services.notifications.sending.render import Rendered, render
from services.notifications.settings import Settings
from shared.database import Database
from shared.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class Reading:
    named: Named
    says: Rendered | None  # none where that is lost
    as_sent: bool  # and not written anew from what is kept
    files: Sequence[File] = ()  # that it carries; they stand where they are kept


async def read_mail(database: Database, id: str, settings: Settings) -> Reading:
    """Raises NotFound, and Conflict for one that cannot be written."""
    async with database.reading() as connection:
        named = await mails.named(connection, id)
        message = await messages.sent_as(connection, id)
    if message is not None:
        return Reading(named=named, says=parts_of(message), as_sent=True, files=_files_of(named.mail))
    mail = named.mail
    if mail.is_lost:
        return Reading(named=named, says=None, as_sent=False)
    try:
        written = render(mail, organiser=settings.mail_organiser, sender=settings.mail_sender)
    except (TemplateError, ValueError) as error:
        msg = "what is kept of this mail cannot be written by this version"
        raise Conflict(msg, code="mail_cannot_be_written", field="id") from error
    return Reading(named=named, says=written, as_sent=False, files=_files_of(mail))


def _files_of(mail: Mail) -> Sequence[File]:
    return tuple(File(**it) for it in mail.content.get("files") or ())


def parts_of(message: bytes) -> Rendered:
    """What a message says, as who gets it reads it."""
    it = message_from_bytes(message, EmailMessage, policy=policy.default)
    found: dict[str, str] = {}
    for part in it.walk():
        if not part.is_multipart() and not part.is_attachment():
            found.setdefault(part.get_content_subtype(), part.get_content().replace("\r\n", "\n"))
    return Rendered(subject=str(it["Subject"]), text=found["plain"], html=found["html"], calendar=found.get("calendar"))
