"""Send what still matters anew to somebody whose address was corrected: the agreement to sign, and invoices to pay (N1).

Entries in calendars follow by themselves (calendars/domain/calendar.py). No event says that an address was corrected, since
addresses stand in none: what was sent is compared with what registration answers now, for each group that has changed.
"""

from __future__ import annotations

from datetime import date

from services.notifications.letters import contents
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.content import MailingContent
from services.notifications.letters.domain.kinds import PURPOSES
from services.notifications.letters.domain.letter import Mail
from services.notifications.mailings.domain.address import still_matters
from services.notifications.works import FOLLOW_ADDRESSES
from shared import clock
from shared.contracts.questions import WhoIsConcerned
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.ask import NoAnswer
from shared.messaging.marks import Marks
from shared.messaging.patience import PatientAsk

MARKS = 100  # worked off at a time: bounds how much is asked before anything is committed


async def follow_addresses(database: Database, ask: PatientAsk) -> None:
    """Work off all marks; a programme that fails holds up no other."""
    async for attempt in set_aside.attempts(database, FOLLOW_ADDRESSES):
        async with attempt as programme:
            async with database.transaction(wakes=False) as connection:
                taken = await marks.take(connection, FOLLOW_ADDRESSES, programme, wait=True)
            for batch in taken.slices(MARKS):
                await work_off(database, ask, programme, batch)


async def work_off(database: Database, ask: PatientAsk, programme: str, batch: Marks) -> None:
    """Send anew what went to an address that was corrected since; the marks of parties about which nobody answers stay."""
    async with database.reading() as connection:
        sent = await mails.last_to_sign_or_pay(connection, programme, batch.parts())
        today = await clock.today(connection)
    sent = [it for it in sent if matters(it, today)]
    addresses: dict[tuple[str, str], dict[str, str]] = {}  # by party and kind, then person
    unanswered: set[str | None] = set()
    for party, kind in sorted({(it.party, it.kind) for it in sent}):
        try:
            contacts = await ask(WhoIsConcerned(purpose=PURPOSES[kind], programme=programme, party=party))
        except NoAnswer:
            unanswered.add(party)
        else:
            addresses[party, kind] = {it.person: it.email for it in contacts.recipients}
    settled = Marks([mark for mark in batch.marks if mark.part not in unanswered])
    if not settled:
        return
    async with database.transaction() as connection:
        await marks.lock(connection, FOLLOW_ADDRESSES, programme, wait=True)
        if not await marks.are_there(connection, settled):
            return  # another replica has done it
        for people in addresses.values():
            await mails.readdress(connection, programme, people)
        at = await clock.now(connection)
        standing = await mails.last_to_sign_or_pay(connection, programme, settled.parts())
        has_it = {(it.event_id, it.address.lower()) for it in standing}  # a mailbox that two share gets one mail
        for mail in standing:
            now = addresses.get((mail.party, mail.kind), {}).get(mail.person or "")
            if now is not None and (mail.event_id, now.lower()) not in has_it and matters(mail, today):
                await mails.repeat(connection, mail, address=now, at=at, by=None)
                has_it.add((mail.event_id, now.lower()))
        await marks.remove(connection, settled)


def matters(mail: Mail, today: date) -> bool:
    try:
        content = contents.read(mail.kind, mail.content)
    except ValueError:  # it could not be written either
        return False
    return isinstance(content, MailingContent) and still_matters(content, today)
