"""Development plans: a row each version, of which the newest is what stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.development_plans.domain.plan import Plan
from shared.messaging.missing import Missing

d, a, p = tables.development_plan.c, tables.application.c, tables.party.c
area = tables.development_area.c
OWN = tuple(d[name] for name in Plan.__dataclass_fields__)
_later = tables.development_plan.alias("later").c
IS_NEWEST: ColumnElement[bool] = d.version == (
    select(func.max(_later.version))
    .where(_later.programme == d.programme, _later.party == d.party)
    .correlate(tables.development_plan)
    .scalar_subquery()
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    plan: Plan
    party_name: str
    area_name: str | None


async def of_party(connection: AsyncConnection, programme: str, party: str) -> Plan:
    """A party's plan in a programme as it stands; until the first change is saved it is at version 0, and has no row."""
    found = await versions(connection, programme, party, limit=1)
    return found[0][0] if found else Plan(programme=programme, party=party)


async def versions(
    connection: AsyncConnection, programme: str, party: str, *, before: int | None = None, limit: int
) -> list[tuple[Plan, str | None]]:
    """A party's plan in each of its versions, the newest first, with its area's name; those before one, if it is said."""
    query = (
        select(*OWN, area.name.label("area_name"))
        .outerjoin(tables.development_area, area.id == d.development_area)
        .where(d.programme == programme, d.party == party)
        .order_by(d.version.desc())
        .limit(limit)
    )
    rows = await connection.execute(query if before is None else query.where(d.version < before))
    return [(_plan(row), row.area_name) for row in rows]


async def plans_of(connection: AsyncConnection, programme: str) -> dict[str, Plan]:
    """The plans of a programme as they stand, by the party's organisation number; of who has none there is none."""
    query = select(*OWN).where(d.programme == programme, IS_NEWEST)
    return {row.party: _plan(row) for row in await connection.execute(query)}


async def listed(
    connection: AsyncConnection, programme: str, *, party: str | None, after: str | None, limit: int
) -> list[Shown]:
    """Those of who is accepted, as they stand, by organisation number; of who has none an empty one."""
    applied = (a.party == p.organisation_number) & (a.programme == programme)
    has = (d.party == p.organisation_number) & (d.programme == programme) & IS_NEWEST
    query = (
        select(*OWN, p.organisation_number, p.name.label("party_name"), area.name.label("area_name"))
        .select_from(tables.party)
        .join(tables.application, applied)
        .outerjoin(tables.development_plan, has)
        .outerjoin(tables.development_area, area.id == d.development_area)
        .where(a.state == "accepted", p.organisation_number > (after or ""))
        .order_by(p.organisation_number)
        .limit(limit)
    )
    if party is not None:
        query = query.where(p.organisation_number == party)
    return [
        Shown(
            plan=_plan(row) if row.party else Plan(programme=programme, party=row.organisation_number),
            party_name=row.party_name,
            area_name=row.area_name,
        )
        for row in await connection.execute(query)
    ]


async def add(connection: AsyncConnection, it: Plan) -> None:
    """Add a version of a plan, which says itself who changed it and when."""
    states = dict(it.states)
    notes = None if it.notes is None else dict(it.notes)
    await connection.execute(tables.development_plan.insert(), vars(it) | {"states": states, "notes": notes})


async def hand_versions_over(
    connection: AsyncConnection, programme: str, before: str, party: str, *, after: int
) -> None:
    """Have all versions of a party's plan be another's, which count on from the version `after`."""
    of = (d.programme == programme) & (d.party == before)
    await connection.execute(tables.development_plan.update().where(of).values(party=party, version=d.version + after))


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Plans of which a focus or notes are lost, as they stand."""
    is_lost = d.notes.is_(None) | (d.has_focus & d.focus.is_(None))
    query = select(*OWN).where(IS_NEWEST, is_lost).order_by(d.programme, d.party)
    return [
        Missing(
            entity="development_plan",
            id=row.party,
            programme=row.programme,
            party=row.party,
            fields=(
                *(("focus",) if row.has_focus and row.focus is None else ()),
                *(("notes",) if row.notes is None else ()),
            ),
        )
        for row in await connection.execute(query)
    ]


def _plan(row: Row[*tuple[Any, ...]]) -> Plan:
    return Plan(**{name: getattr(row, name) for name in Plan.__dataclass_fields__})
