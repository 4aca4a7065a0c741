"""Hand a party's mapping over to its successor: a step of carrying an agreement over, and of taking that back in (R12)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.mapping import repository as mappings
from services.registration.mapping.domain.mapping import Mapping, handed_over


async def hand_mapping_over(
    connection: AsyncConnection, programme: str, predecessor: str, successor: str, *, by: str
) -> tuple[Mapping, ...]:
    """Both mappings as they are then, to be told of; none where the predecessor has none. Under the programme's lock."""
    before = await mappings.of_party(connection, programme, predecessor)
    if before.version == 0:
        return ()
    both = handed_over(before, await mappings.of_party(connection, programme, successor))
    for it in both:
        await mappings.save(connection, it, by=by)
    return both
