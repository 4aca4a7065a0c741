"""Delete a person who was registered by mistake."""

from __future__ import annotations

from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from shared import seen
from shared.database import Database
from shared.errors import Conflict

MOST_NAMED = 10


async def delete_person(database: Database, id: str) -> Person:
    """The person as it was. Raises NotFound, Stale, or Conflict where anything points to the person, which names it."""
    async with database.transaction() as connection:
        await people.lock_for_adding(connection)
        found = await people.get(connection, id)
        seen.compare(found)
        pointing = [str(it) for it in (await people.pointing_to(connection, [id]))[id]]
        if pointing:
            more = f", and {len(pointing) - MOST_NAMED} more" if len(pointing) > MOST_NAMED else ""
            msg = f"something points to this person: {'; '.join(pointing[:MOST_NAMED])}{more}"
            raise Conflict(msg, rule="N1", field="person")
        await people.remove(connection, id)
        return found
