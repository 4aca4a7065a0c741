"""Have a failed mail tried again."""

from __future__ import annotations

from services.notifications.repository import mails
from services.notifications.repository.mails import Mail
from shared.clock import real_now
from shared.database import Database
from shared.errors import Conflict


async def retry_mail(database: Database, id: str, *, by: str) -> Mail:
    """Queue it as if it were new. Asked again it changes nothing. Raises NotFound, and Conflict for one that never failed."""
    async with database.transaction() as connection:
        mail = await mails.get(connection, id, lock=True)
        if mail.state == "failed":
            return await mails.requeue(connection, mail, by=by, now=real_now())
        if mail.changed_by is None:
            msg = "only a mail that failed is tried again"
            raise Conflict(msg, field="id")
        return mail
