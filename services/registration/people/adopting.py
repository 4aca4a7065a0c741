"""A person of whom nothing is left but that there is one: no event carries a name or an address (N2)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.people import repository as people
from services.registration.people.domain.person import COUNCIL, Person
from shared.ids import new_id
from shared.messaging.recover import BY


async def add_lost_person(connection: AsyncConnection, scope: str) -> str:
    """The id under which someone is to say who it was."""
    lost = Person(id=new_id(), scope=scope, name=None, email=None, phone=None)
    await people.add(connection, lost, by=BY)
    return lost.id


async def ensure_person(connection: AsyncConnection, id: str, scope: str) -> None:
    """Have the person of this id be there, whoever that is: the same to who was told of it before (calendars, say)."""
    if not await people.of_ids(connection, [id]):
        await people.add(connection, Person(id=id, scope=scope, name=None, email=None, phone=None), by=BY)


async def ensure_advisor(connection: AsyncConnection, id: str) -> None:
    """Have the advisor of this id be there."""
    await ensure_person(connection, id, COUNCIL)
    if not await people.is_advisor(connection, id):
        await people.add_advisor(connection, id, by=BY)
