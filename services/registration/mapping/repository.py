"""Mappings, a row each: the list of actors is read and replaced as a whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.mapping.domain.mapping import Actor, Mapping
from services.registration.rows import fields
from shared.messaging.facts import Newest, record
from shared.messaging.missing import Missing

m, a, p = tables.mapping.c, tables.application.c, tables.party.c


@dataclass(frozen=True, kw_only=True)
class Shown:
    mapping: Mapping
    party_name: str


async def of_party(connection: AsyncConnection, programme: str, party: str) -> Mapping:
    """A party's mapping in a programme; until one is recorded it is at version 0, has no row and no actors."""
    query = select(tables.mapping).where(m.programme == programme, m.party == party)
    row = (await connection.execute(query)).first()
    return _mapping(row) if row else _none(programme, party)


async def mappings_of(connection: AsyncConnection, programme: str) -> dict[str, Mapping]:
    """The mappings of a programme, by the party's organisation number; of who has none there is none."""
    query = select(tables.mapping).where(m.programme == programme)
    return {row.party: _mapping(row) for row in await connection.execute(query)}


async def listed(
    connection: AsyncConnection, programme: str, *, party: str | None, after: str | None, limit: int
) -> list[Shown]:
    """Those of who is accepted, by organisation number; empty ones too."""
    applied = (a.party == p.organisation_number) & (a.programme == programme)
    has = (m.party == p.organisation_number) & (m.programme == programme)
    query = (
        select(p.organisation_number, p.name.label("party_name"), tables.mapping)
        .join(tables.application, applied)
        .outerjoin(tables.mapping, has)
        .where(a.state == "accepted", p.organisation_number > (after or ""))
        .order_by(p.organisation_number)
        .limit(limit)
    )
    if party is not None:
        query = query.where(p.organisation_number == party)
    return [
        Shown(
            mapping=_mapping(row) if row.party else _none(programme, row.organisation_number),
            party_name=row.party_name,
        )
        for row in await connection.execute(query)
    ]


async def save(connection: AsyncConnection, it: Mapping, *, by: str) -> None:
    """Save it as the newest; one that is known as new or newer stays."""
    actors = None if it.actors is None else [asdict(one) for one in it.actors]
    row = vars(it) | {"fields": dict(it.fields), "actors": actors}
    await record(connection, [Newest(tables.mapping, **row, changed_by=by)])


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Mappings of which the counts alone are left."""
    query = select(m.programme, m.party).where(m.actors.is_(None)).order_by(m.programme, m.party)
    return [
        Missing(entity="mapping", id=row.party, programme=row.programme, party=row.party, fields=("actors",))
        for row in await connection.execute(query)
    ]


def _none(programme: str, party: str) -> Mapping:
    return Mapping(programme=programme, party=party, version=0, fields={})


def _mapping(row: Row[*tuple[Any, ...]]) -> Mapping:
    found = {name: value for name, value in fields(row).items() if name in Mapping.__dataclass_fields__}
    actors = None if row.actors is None else tuple(Actor(**it) for it in row.actors)
    return Mapping(**found | {"actors": actors})
