"""Register one of the council's advisors (R8)."""

from __future__ import annotations

from services.registration.people import repository as people
from services.registration.people.domain.person import COUNCIL, Contact, Person
from services.registration.people.use_cases.know_person import know_person
from shared.database import Database


async def register_advisor(database: Database, contact: Contact, *, by: str) -> Person:
    """The same address twice is one advisor. Raises Conflict where another name stands with it."""
    async with database.transaction() as connection:
        person = await know_person(connection, COUNCIL, contact, by=by)
        if not await people.is_advisor(connection, person.id):
            await people.add_advisor(connection, person.id, by=by)
        return person
