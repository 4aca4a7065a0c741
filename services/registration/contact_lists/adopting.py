"""A contact list taken back from its own event: the inverse of `telling.py`. As of which group it was exchanged is not told.

What was missing was asked for of all of a programme at once: the stage is done by what was told of one of them.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.contact_lists import repository as contact_lists
from services.registration.contact_lists.domain.contact_list import ContactList
from shared.clock import OSLO
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def contact_list(connection: AsyncConnection, event: Event[events.ContactList]) -> None:
    it = event.data
    found = ContactList(
        programme=it.programme,
        party=it.party,
        version=it.version,
        exchanged_on=it.exchanged_on,
        complete=it.complete,
        asked_before=it.asked_before,
    )
    await contact_lists.save(connection, [found], by=BY)


async def asked_for(connection: AsyncConnection, event: Event[events.ContactList]) -> None:
    await contact_list(connection, event)
    it = event.data
    if it.asked_before is not None:
        await contact_lists.note_done(connection, it.programme, it.asked_before, on=event.time.astimezone(OSLO).date())


ADOPTIONS: Adoptions = {events.CONTACT_LIST_EXCHANGED: contact_list, events.CONTACT_LIST_MISSING: asked_for}
