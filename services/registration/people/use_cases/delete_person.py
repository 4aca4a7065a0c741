"""Delete a person who was registered by mistake."""

from __future__ import annotations

from collections import Counter

from services.registration.people import repository as people
from services.registration.people.domain.person import Person
from shared import seen
from shared.database import Database
from shared.errors import Conflict

MOST_NAMED = 10


async def delete_person(database: Database, id: str) -> Person:
    """The person as it was. Raises NotFound, Stale, or Conflict where anything points to the person, which names it: who has been something is erased instead."""
    async with database.transaction() as connection:
        await people.lock_for_adding(connection)
        found = await people.get(connection, id)
        seen.compare(found)
        if pointing := (await people.pointing_to(connection, [id]))[id]:
            more = f", and {len(pointing) - MOST_NAMED} more" if len(pointing) > MOST_NAMED else ""
            msg = f"something points to this person: {'; '.join(str(it) for it in pointing[:MOST_NAMED])}{more}"
            counts: Counter[str] = Counter(it.what for it in pointing)
            raise Conflict(msg, code="something_points_to_it", rule="N1", field="person", values=counts)
        await people.remove(connection, id)
        return found
