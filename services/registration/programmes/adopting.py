"""A programme taken back from its own event: the inverse of `telling.py`. Who its contact person is, is missing."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.programme import Programme, check_programme
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def programme(connection: AsyncConnection, event: Event[events.Programme]) -> None:
    """Raises RuleBroken."""
    told = {name: getattr(event.data, name) for name in Programme.__dataclass_fields__ if name != "contact_person"}
    if event.data.county_branch_fee_ore == event.data.fee_ore:
        told["county_branch_fee_ore"] = None  # the same; that it was given so makes no difference
    found = Programme(**told)
    check_programme(found)
    await programmes.adopt(connection, found, by=BY)


ADOPTIONS: Adoptions = dict.fromkeys(events.PROGRAMME_EVENTS, programme)
