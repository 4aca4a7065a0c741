"""Have a failed mail tried again."""

from __future__ import annotations

from services.notifications.letters import overtaken
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.letter import Mail
from shared import seen
from shared.database import Database
from shared.errors import Conflict


async def retry_mail(database: Database, id: str, *, address: str | None = None, by: str) -> Mail:
    """Queue a failed mail as if it were new, to another address where one is given. The same request again changes nothing.

    Raises NotFound, Stale, and Conflict for a mail that never failed, or was tried again already with another address, or that a later
    one has overtaken, about a session that is over, or of which an event alone is left.
    """
    async with database.transaction() as connection:
        mail = await mails.get(connection, id, lock=True)
        if mail.is_lost:
            msg = "what it said is lost, so that it cannot be sent again"
            raise Conflict(msg, code="content_is_lost", field="id")
        if mail.state == "failed":
            if await overtaken.by_withdrawal(connection, [mail.id]):
                msg = "its party has withdrawn its application since, and hears of nothing more"
                raise Conflict(msg, code="party_has_withdrawn", rule="R2", field="id")
            if await overtaken.by_what_came_later(connection, [mail.id]):
                msg = (
                    "a later mail to the same person has overtaken what it says; if that one failed, try that one again"
                )
                raise Conflict(msg, code="overtaken_by_a_later_mail", field="id")
            if await overtaken.by_time(connection, [mail.id]):
                msg = "the session that it is about is over"
                raise Conflict(msg, code="session_is_over", field="id")
            seen.compare(mail)
            return await mails.requeue(connection, mail, address=address or mail.address, by=by)
        if mail.changed_by is None:
            msg = "only a mail that failed is tried again"
            raise Conflict(msg, code="mail_has_not_failed", field="id")
        if address not in (None, mail.address):
            msg = "it is tried again already, with another address"
            raise Conflict(msg, code="tried_at_another_address", field="address")
        return mail
