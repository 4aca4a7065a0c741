"""A party taken back from its own event: the inverse of `telling.py`. Where mails about its invoices go is missing."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.parties import repository as parties
from services.registration.parties.domain.party import Party, check_party
from services.registration.parties.telling import UNTOLD
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def party(connection: AsyncConnection, event: Event[events.Party]) -> None:
    """Raises RuleBroken."""
    told = vars(event.data) | vars(event.data.address)
    found = Party(**{name: told[name] for name in Party.__dataclass_fields__ if name not in UNTOLD})
    check_party(found)
    if event.data.has_invoice_email:
        before = await parties.find(connection, found.organisation_number)
        email = before.invoice_email if before is not None and _something_told_differs(before, found) else None
        found = replace(found, invoice_email=email, invoice_email_is_lost=email is None)
    await parties.adopt(connection, found, by=BY)


def _something_told_differs(before: Party, found: Party) -> bool:
    """Where nothing does, it is the address that is another by now; or it is the same news once more, which is not taken."""
    untold = {"version": before.version, **{name: getattr(before, name) for name in UNTOLD}}
    return replace(found, **untold) != before


ADOPTIONS: Adoptions = dict.fromkeys((events.PARTY_REGISTERED, events.PARTY_CHANGED, events.PARTY_DELETED), party)
