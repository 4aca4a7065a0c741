"""Programmes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.programmes.domain.programme import Programme
from services.registration.rows import fields, keep_others_from_adding
from shared.errors import NotFound
from shared.messaging.facts import Newest, record

p = tables.programme.c


async def find(connection: AsyncConnection, code: str, *, lock: bool = False) -> Programme | None:
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
    if found is None:
        msg = "there is no such programme"
        raise NotFound(msg, field="programme")
    return found


async def all_after(connection: AsyncConnection, after: str | None, limit: int) -> list[Programme]:
    """Programmes by code; one more than `limit`, which shows whether there is a next page."""
    query = select(tables.programme).where(p.code > (after or "")).order_by(p.code).limit(limit + 1)
    return [Programme(**fields(row)) for row in await connection.execute(query)]


async def lock_for_adding(connection: AsyncConnection) -> None:
    """Have nobody else open or change a programme until the end of the transaction."""
    await keep_others_from_adding(connection, tables.programme)


async def add(connection: AsyncConnection, it: Programme, *, by: str) -> None:
    await connection.execute(tables.programme.insert(), vars(it) | {"changed_by": by})


async def adopt(connection: AsyncConnection, it: Programme, *, by: str) -> None:
    """Unless it is known as new or newer."""
    await record(connection, [Newest(tables.programme, **vars(it), changed_by=by)])


async def save(connection: AsyncConnection, it: Programme, *, by: str) -> None:
    await connection.execute(tables.programme.update().where(p.code == it.code).values(**vars(it), changed_by=by))
