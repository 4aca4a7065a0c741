"""Open a programme (R6, B1)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.domain.programme import Programme, check
from services.registration.repository import programmes
from services.registration.use_cases import tell
from shared.database import Database
from shared.errors import Conflict
from shared.events import registration as events


async def open_programme(database: Database, given: Programme, *, by: str) -> Programme:
    """The same code with the same content twice is one programme. Raises RuleBroken, or Conflict for other content."""
    check(given)
    async with database.transaction() as connection:
        await programmes.to_be_added(connection)
        standing = await programmes.find(connection, given.code)
        if standing is not None:
            if replace(given, version=standing.version) == standing:
                return standing
            msg = "another programme has this code"
            raise Conflict(msg, rule="R6", field="code")
        await programmes.add(connection, given, by=by)
        await tell.tell(connection, events.PROGRAMME_OPENED, tell.programme(given))
        return given
