"""Record which local actors have which responsibility (R4)."""

from __future__ import annotations

from collections.abc import Sequence

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_stands
from services.registration.mapping import repository as mappings
from services.registration.mapping import telling
from services.registration.mapping.domain.mapping import Actor, Mapping, recorded
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared import clock, seen
from shared.contracts import registration as events
from shared.database import Database
from shared.messaging import outbox


async def record_mapping(
    database: Database, programme: str, party: str, actors: Sequence[Actor], *, by: str
) -> Mapping:
    """The list takes the place of the one before; the same one twice makes no event. It may be done before the party is accepted.

    Raises NotFound, RuleBroken for an actor that stands twice, Stale, or Conflict for a party without an application that stands.
    """
    async with database.transaction() as connection:
        await programmes.get(connection, programme, lock=True)
        await parties.get(connection, party)
        check_stands(await applications.find(connection, programme, party))
        before = await mappings.of_party(connection, programme, party)
        after = recorded(before, actors, await clock.today(connection))
        if after == before:
            return before
        seen.compare(before)
        await mappings.save(connection, after, by=by)
        await outbox.tell(connection, events.MAPPING_RECORDED, telling.mapping(after))
        return after
