"""Find a person by the e-mail address, or add one, so that whoever is named twice is one person: a step of use cases."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.people import repository as people
from services.registration.people.domain.person import Contact, Person
from shared.ids import new_id


async def know_person(connection: AsyncConnection, scope: str, contact: Contact, *, by: str) -> Person:
    """The person with this address in a scope (a party, or COUNCIL), added where there is none.

    Locks the table of persons. Raises Conflict where another name or telephone number stands with the address.
    """
    await people.lock_for_adding(connection)
    standing = await people.find(connection, scope, contact.email)
    if standing is None:
        person = Person(id=new_id(), scope=scope, **vars(contact))
        await people.add(connection, person, by=by)
        return person
    person = standing.merged_with(contact)
    if person != standing:
        await people.save(connection, person, by=by)
    return person
