"""A party taken back from its own event: the inverse of `telling.py`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.parties import repository as parties
from services.registration.parties.domain.party import Party, check_party
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def party(connection: AsyncConnection, event: Event[events.Party]) -> None:
    """Raises RuleBroken."""
    told = vars(event.data) | vars(event.data.address)
    found = Party(**{name: told[name] for name in Party.__dataclass_fields__})
    check_party(found)
    await parties.adopt(connection, found, by=BY)


ADOPTIONS: Adoptions = dict.fromkeys((events.PARTY_REGISTERED, events.PARTY_CHANGED, events.PARTY_DELETED), party)
