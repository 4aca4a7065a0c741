"""Find a person by name and address, or add one, so that whoever is named twice is one person (N1): a step of use cases."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.people import repository as people
from services.registration.people.domain.person import COUNCIL, Contact, Person
from shared.ids import new_id


async def know_person(connection: AsyncConnection, party: str, contact: Contact, *, by: str) -> Person:
    """The person of this name and address, over all parties, or, without one, of this name in the party; added where there is none.

    The telephone number that was named last is the person's. Locks the table of persons.
    """
    await people.lock_for_adding(connection)
    found = await people.those_who_are(connection, party, contact)
    if not found:
        person = Person(id=new_id(), scope=COUNCIL if contact.email else party, **vars(contact))
        await people.add(connection, person, by=by)
        return person
    person = found[0].named_again(contact)
    if person != found[0]:
        await people.save(connection, person, by=by)
    return person
