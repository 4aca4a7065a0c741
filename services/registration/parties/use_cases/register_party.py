"""Register a municipality or a county branch (R1)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.parties import repository as parties
from services.registration.parties import telling
from services.registration.parties.domain.party import Party, check_party, with_legal_name
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict
from shared.messaging import outbox


async def register_party(database: Database, given: Party, *, by: str) -> Party:
    """Register a party; the same one twice is one. Raises RuleBroken, or Conflict for the same number with other content."""
    check_party(given)
    given = with_legal_name(given)
    async with database.transaction() as connection:
        await parties.lock_for_adding(connection)
        standing = await parties.find(connection, given.organisation_number)
        if standing is not None and standing.deleted:
            anew = replace(given, version=standing.version + 1)
            await parties.save(connection, anew, by=by)
            await outbox.tell(connection, events.PARTY_REGISTERED, telling.party(anew))
            return anew
        if standing is not None:
            if replace(given, version=standing.version) == with_legal_name(standing):
                return standing
            msg = "this organisation number is registered with other content"
            raise Conflict(msg, code="registered_otherwise", rule="R1", field="organisation_number")
        await parties.add(connection, given, by=by)
        await outbox.tell(connection, events.PARTY_REGISTERED, telling.party(given))
        return given
