"""Open a programme (R6, B1)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.people.domain.person import COUNCIL, Contact
from services.registration.people.use_cases.know_person import know_person
from services.registration.programmes import repository as programmes
from services.registration.programmes import telling
from services.registration.programmes.domain.programme import Programme, check_programme
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict
from shared.messaging import outbox


async def open_programme(
    database: Database, given: Programme, *, contact_person: Contact | None = None, by: str
) -> Programme:
    """Open a programme; the same one twice is one. Raises RuleBroken, or Conflict for the same code with other content."""
    check_programme(given)
    async with database.transaction() as connection:
        await programmes.lock_for_adding(connection)
        if contact_person is not None:
            person = await know_person(connection, COUNCIL, contact_person, by=by)
            given = replace(given, contact_person=person.id)
        standing = await programmes.find(connection, given.code)
        if standing is not None and standing.deleted:
            anew = replace(given, version=standing.version + 1)
            await programmes.save(connection, anew, by=by)
            await outbox.tell(connection, events.PROGRAMME_OPENED, telling.programme(anew))
            return anew
        if standing is not None:
            if replace(given, version=standing.version, closed_on=standing.closed_on) == standing:
                return standing
            msg = "another programme has this code"
            raise Conflict(msg, code="code_is_taken", rule="R6", field="code")
        await programmes.add(connection, given, by=by)
        await outbox.tell(connection, events.PROGRAMME_OPENED, telling.programme(given))
        return given
