"""A contact list as others hear of it: who stands on it is told to those whom it goes to, and in no event (N2)."""

from __future__ import annotations

from services.registration.contact_lists.domain.contact_list import ContactList
from shared.contracts import registration as events


def contact_list(it: ContactList) -> events.ContactList:
    return events.ContactList(
        version=it.version,
        programme=it.programme,
        party=it.party,
        exchanged_on=it.exchanged_on,
        complete=it.complete,
        asked_before=it.asked_before,
    )
