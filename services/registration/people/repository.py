"""People, the council's advisors among them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.people.domain.person import Person
from services.registration.rows import fields, keep_others_from_adding
from shared.errors import NotFound

p, a = tables.person.c, tables.advisor.c


async def get(connection: AsyncConnection, id: str) -> Person:
    """A person. Raises NotFound."""
    row = (await connection.execute(select(tables.person).where(p.id == id))).first()
    if row is None:
        msg = "there is no such person"
        raise NotFound(msg, rule="N2", field="person")
    return Person(**fields(row))


async def find(connection: AsyncConnection, scope: str, email: str) -> Person | None:
    row = (await connection.execute(select(tables.person).where(p.scope == scope, p.email == email))).first()
    return Person(**fields(row)) if row else None


async def of_ids(connection: AsyncConnection, ids: Iterable[str | None]) -> dict[str, Person]:
    """The persons of these ids, by id; None among them is left out."""
    wanted = sorted({id for id in ids if id is not None})
    rows = await connection.execute(select(tables.person).where(p.id.in_(wanted)))
    return {row.id: Person(**fields(row)) for row in rows}


async def lost_people(connection: AsyncConnection, ids: Iterable[str]) -> set[str]:
    """Those of these of whom nothing is left but that there is someone."""
    return {it.id for it in (await of_ids(connection, ids)).values() if it.email is None}


async def lock_for_adding(connection: AsyncConnection) -> None:
    """Have nobody else add or change a person until the end of the transaction. Taken after a programme's lock."""
    await keep_others_from_adding(connection, tables.person)


async def add(connection: AsyncConnection, it: Person, *, by: str) -> None:
    await connection.execute(tables.person.insert(), vars(it) | {"changed_by": by})


async def save(connection: AsyncConnection, it: Person, *, by: str) -> None:
    await connection.execute(tables.person.update().where(p.id == it.id).values(**vars(it), changed_by=by))


async def remove(connection: AsyncConnection, id: str) -> None:
    """One who was lost, and in whose place another stands now."""
    await connection.execute(tables.advisor.delete().where(a.person == id))
    await connection.execute(tables.person.delete().where(p.id == id))


async def advisors(connection: AsyncConnection) -> list[Person]:
    """The council's advisors by name."""
    query = select(tables.person).join(tables.advisor, a.person == p.id).order_by(p.name, p.id)
    return [Person(**fields(row)) for row in await connection.execute(query)]


async def is_advisor(connection: AsyncConnection, id: str) -> bool:
    return (await connection.execute(select(a.person).where(a.person == id))).first() is not None


async def add_advisor(connection: AsyncConnection, id: str, *, by: str) -> None:
    await connection.execute(tables.advisor.insert(), {"person": id, "changed_by": by})
