"""Development areas."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.areas.domain.area import Area
from services.registration.rows import fields
from shared.errors import NotFound
from shared.messaging.missing import Missing

d, p = tables.development_area.c, tables.party.c
OWN = tuple(d[name] for name in Area.__dataclass_fields__)
SHOWN = (
    select(*OWN, p.name.label("branch_name"), p.county)
    .outerjoin(tables.party, p.organisation_number == d.county_branch)
    .order_by(d.id)
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An area with the branch that adopted it."""

    area: Area
    branch_name: str | None
    county: str | None


async def get(connection: AsyncConnection, id: str, *, lock: bool = False) -> Area:
    """An area, locked until the end of the transaction if asked for. Raises NotFound."""
    query = select(*OWN).where(d.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        msg = "there is no such development area"
        raise NotFound(msg, code="no_such_development_area", rule="R2", field="development_area")
    return Area(**fields(row))


async def shown(connection: AsyncConnection, id: str) -> Shown:
    """An area with its branch. Raises NotFound."""
    area = await get(connection, id)
    row = (await connection.execute(SHOWN.where(d.id == id))).one()
    return Shown(area=area, branch_name=row.branch_name, county=row.county)


async def all_of(connection: AsyncConnection, branch: str | None = None) -> list[Shown]:
    """All areas, or those of a county branch, in the order in which they were registered. They are few."""
    rows = await connection.execute(SHOWN if branch is None else SHOWN.where(d.county_branch == branch))
    return [
        Shown(
            area=Area(**{it.name: getattr(row, it.name) for it in OWN}), branch_name=row.branch_name, county=row.county
        )
        for row in rows
    ]


async def add(connection: AsyncConnection, it: Area, *, by: str) -> None:
    await connection.execute(tables.development_area.insert(), vars(it) | {"changed_by": by})


async def save(connection: AsyncConnection, it: Area, *, by: str) -> None:
    await connection.execute(tables.development_area.update().where(d.id == it.id).values(**vars(it), changed_by=by))


async def ensure(connection: AsyncConnection, id: str, *, by: str) -> None:
    """Have the area of this id be there, whatever it is: an event names it."""
    if (await connection.execute(select(d.id).where(d.id == id))).first() is None:
        lost = Area(id=id, version=1, county_branch=None, name=None, description=None, first_day=None, last_day=None)
        await add(connection, lost, by=by)


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Areas of which nothing is left but that something names them."""
    rows = await connection.execute(select(d.id).where(d.name.is_(None)).order_by(d.id))
    lost = ("county_branch", "name", "first_day", "last_day")
    return [Missing(entity="development_area", id=row.id, fields=lost) for row in rows]
