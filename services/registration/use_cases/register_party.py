"""Register a municipality or a county branch (R1)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.domain.party import Party, check
from services.registration.repository import parties
from services.registration.use_cases import tell
from shared.database import Database
from shared.errors import Conflict
from shared.events import registration as events


async def register_party(database: Database, given: Party, *, by: str) -> Party:
    """The same number with the same content twice is one party. Raises RuleBroken, or Conflict for other content."""
    check(given)
    async with database.transaction() as connection:
        await parties.to_be_added(connection)
        standing = await parties.find(connection, given.organisation_number)
        if standing is not None:
            if replace(given, version=standing.version) == standing:
                return standing
            msg = "this organisation number is registered with other content"
            raise Conflict(msg, rule="R1", field="organisation_number")
        await parties.add(connection, given, by=by)
        await tell.tell(connection, events.PARTY_REGISTERED, tell.party(given))
        return given
