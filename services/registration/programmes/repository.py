"""Programmes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.programmes.domain.places import Places
from services.registration.programmes.domain.programme import Programme
from services.registration.rows import fields, keep_others_from_adding
from shared.errors import NotFound
from shared.messaging.facts import Newest, record
from shared.messaging.missing import Missing

p = tables.programme.c


async def find(connection: AsyncConnection, code: str, *, lock: bool = False) -> Programme | None:
    """A programme, be it deleted or not."""
    query = select(tables.programme).where(p.code == code)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return Programme(**fields(row)) if row else None


async def get(connection: AsyncConnection, code: str, *, lock: bool = False) -> Programme:
    """A programme. Raises NotFound.

    `lock` makes who applies, changes a group or sends an agreement the only one to do so in the programme, until the end of
    the transaction: what they look for, another application of the party for instance, may be a row that is not there yet
    and cannot be locked itself.
    """
    found = await find(connection, code, lock=lock)
    if found is None or found.deleted:
        msg = "there is no such programme"
        raise NotFound(msg, code="no_such_programme", field="programme")
    return found


async def all_after(connection: AsyncConnection, after: str | None, limit: int) -> list[Programme]:
    """Programmes by code; one more than `limit`, which shows whether there is a next page."""
    query = select(tables.programme).where(p.code > (after or ""), ~p.deleted).order_by(p.code).limit(limit + 1)
    return [Programme(**fields(row)) for row in await connection.execute(query)]


async def lock_for_adding(connection: AsyncConnection) -> None:
    """Have nobody else open or change a programme until the end of the transaction."""
    await keep_others_from_adding(connection, tables.programme)


async def add(connection: AsyncConnection, it: Programme, *, by: str) -> None:
    await connection.execute(tables.programme.insert(), vars(it) | {"changed_by": by})


async def adopt(connection: AsyncConnection, it: Programme, *, by: str) -> None:
    """Unless it is known as new or newer. A contact person who is known stays, if it does: no event tells of one."""
    told = {name: value for name, value in vars(it).items() if name != "contact_person" or it.deleted}
    await record(connection, [Newest(tables.programme, **told, changed_by=by)])


async def of_contact_persons(connection: AsyncConnection, persons: Sequence[str]) -> set[str]:
    """The codes of the programmes of which one of these is the council's contact person."""
    return set((await connection.execute(select(p.code).where(p.contact_person.in_(persons)))).scalars())


async def places_of(connection: AsyncConnection, programme: Programme) -> Places:
    """Its places and how many are taken. Who decides by it has the programme's lock, under which alone that changes."""
    a = tables.application.c
    query = select(a.state, func.count().label("n")).where(a.programme == programme.code).group_by(a.state)
    states = {row.state: row.n for row in await connection.execute(query)}
    return Places(places=programme.places, accepted=states.get("accepted", 0), offered=states.get("offered", 0))


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Programmes without a contact person of which an agreement was sent: none was sent before one was named."""
    a = tables.agreement.c
    query = select(p.code).where(p.contact_person.is_(None), exists().where(a.programme == p.code)).order_by(p.code)
    codes = (await connection.execute(query)).scalars()
    return [Missing(entity="programme", id=it, programme=it, fields=("contact_person",)) for it in codes]


async def save(connection: AsyncConnection, it: Programme, *, by: str) -> None:
    await connection.execute(tables.programme.update().where(p.code == it.code).values(**vars(it), changed_by=by))
