"""Send a mail again that was sent: what it said, as a new mail."""

from __future__ import annotations

from services.notifications.letters import overtaken
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.letter import Mail
from services.notifications.letters.domain.sending_again import check_is_the_last, under_way
from services.notifications.works import UPDATE_CALENDARS
from shared import clock
from shared.database import Database
from shared.errors import Conflict
from shared.messaging import marks


async def resend_mail(database: Database, id: str, *, address: str | None = None, by: str) -> Mail:
    """Queue what a mail said once more, to this address or else to where its person is written to by now. Until that is sent, the same request again
    changes nothing.

    It has a Message-ID of its own, since a mailbox may drop what it has had; a calendar entry has the next SEQUENCE. Raises
    NotFound, and Conflict for a mail that was not sent, or was sent again before, that what came later has overtaken, about a
    session that is over, or of which an event alone is left.
    """
    async with database.transaction() as connection:
        mail = await mails.get(connection, id)
        if mail.session is not None:  # or its calendar might be told something by the same SEQUENCE
            await marks.lock(connection, UPDATE_CALENDARS, mail.programme, wait=True)
        mail = await mails.get(connection, id, lock=True)
        if mail.is_lost:
            msg = "what it said is lost, so that it cannot be sent again"
            raise Conflict(msg, code="content_is_lost", field="id")
        sent_again = await mails.sent_again_as(connection, mail)
        if (standing := under_way(mail, sent_again, address)) is not None:
            return standing
        if await overtaken.by_what_came_later(connection, [mail.id]):
            msg = "what came later has overtaken what it says"
            raise Conflict(msg, code="overtaken", field="id")
        if await overtaken.by_time(connection, [mail.id]):
            msg = "the session that it is about is over"
            raise Conflict(msg, code="session_is_over", field="id")
        if mail.state == "failed":
            msg = "it was not sent, but failed; have it tried again"
            raise Conflict(msg, code="mail_has_failed", field="id")
        check_is_the_last(sent_again)
        to, at = address or await mails.address_of(connection, mail), await clock.now(connection)
        return await mails.repeat(connection, mail, address=to, at=at, by=by)
