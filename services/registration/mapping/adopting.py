"""A mapping taken back from its own event: the inverse of `telling.py`, which counts its actors. Who they are is missing."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.mapping import repository as mappings
from services.registration.mapping.domain.mapping import FIELDS, Mapping
from shared.clock import day_of
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions


async def mapping(connection: AsyncConnection, event: Event[events.Mapping]) -> None:
    """Where it is told anew the whole list may be another: none of it is kept."""
    it = event.data
    counted = {name: count for name in FIELDS if (count := getattr(it.fields, name))}
    found = Mapping(
        programme=it.programme,
        party=it.party,
        version=it.version,
        fields=counted,
        actors=None if counted else (),
        recorded_on=day_of(event.time),
    )
    await mappings.save(connection, found, by=BY)


ADOPTIONS: Adoptions = {events.MAPPING_RECORDED: mapping}
