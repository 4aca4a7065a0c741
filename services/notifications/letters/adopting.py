"""A mail taken back from its own event, the inverse of `telling.py`: that it was sent or failed, so that it is not sent again.

The address that it went to and what it said is missing; by the fingerprint it is known whether something else is to be said.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.letters import repository as mails
from services.notifications.letters.domain.kinds import NO_PARTY
from services.notifications.letters.domain.letter import Mail
from shared.contracts import notifications as events
from shared.contracts.envelope import Event
from shared.errors import RuleBroken
from shared.messaging.recover import Adoptions


async def mail(connection: AsyncConnection, event: Event[events.Mail]) -> None:
    """Raises RuleBroken for one that is about no programme."""
    it = event.data
    if it.programme is None:
        msg = "a mail is about a programme"
        raise RuleBroken(msg, code="mail_is_about_no_party", rule="N1", field="programme")
    lost = Mail(
        id=it.id,
        version=it.version,
        kind=it.kind,
        programme=it.programme,
        party=it.party or NO_PARTY,
        event_id=it.event,
        session=it.session,
        sequence=it.sequence,
        lead_days=it.lead_days,
        first_day=it.first_day,
        person=it.person,
        name="",
        address="",
        language="nb",
        content={},
        message_id="",
        state=it.state,
        made_at=event.time,
        sent_at=event.time if it.state == "sent" else None,
        tries=0,
        put_off_at=None,
        try_at=event.time,
        reply=None,
        changed_by=None,
        repeats=it.repeats,
    )
    await mails.adopt(connection, lost, fingerprint=it.fingerprint)
    if it.event is not None:
        await mails.adopt_mailing(connection, lost, it.event)


ADOPTIONS: Adoptions = dict.fromkeys((events.MAIL_SENT, events.MAIL_FAILED), mail)
