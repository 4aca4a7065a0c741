"""Scheduling's queries. Each works in the caller's transaction; rows come out as domain objects."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.domain.period import Period
from services.scheduling.domain.session import Session
from shared.errors import NotFound
from shared.messaging.facts import Newest, record
from shared.messaging.missing import Missing
from shared.when import When

WHEN = TypeAdapter(When)
s = tables.session.c


async def lock_programme(connection: AsyncConnection, code: str) -> Period:
    """Who plans, or gives a number to a session, decides on the whole programme. Raises NotFound."""
    query = select(tables.programme).where(tables.programme.c.code == code).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        msg = "this programme is not known here yet"
        raise NotFound(msg, field="programme")
    return Period(start=row.period_start, end=row.period_end)


async def locked(connection: AsyncConnection, id: str) -> tuple[Session, Period]:
    """A session for who decides on its place among the others: locked, after its programme. Raises NotFound."""
    period = await lock_programme(connection, (await session(connection, id)).programme)
    return await session(connection, id, lock=True), period


async def check_programme(connection: AsyncConnection, code: str) -> None:
    """Raises NotFound."""
    if (await connection.execute(select(tables.programme).where(tables.programme.c.code == code))).first() is None:
        msg = "this programme is not known here yet"
        raise NotFound(msg, field="programme")


async def check_party(connection: AsyncConnection, organisation_number: str) -> None:
    """Raises NotFound."""
    query = select(tables.party).where(tables.party.c.organisation_number == organisation_number)
    if (await connection.execute(query)).first() is None:
        msg = "this party is not known here yet"
        raise NotFound(msg, field="party")


async def session(connection: AsyncConnection, id: str, *, lock: bool = False) -> Session:
    """Raises NotFound."""
    query = select(tables.session).where(s.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        msg = "there is no such session"
        raise NotFound(msg, field="session")
    return _session(row)


async def in_place(connection: AsyncConnection, planned: Session) -> Session | None:
    """What stands in the same place of the plan already."""
    query = select(tables.session).where(
        s.programme == planned.programme,
        s.kind == planned.kind,
        func.coalesce(s.number, 0) == (planned.number or 0),
        func.coalesce(s.party, "") == (planned.party or ""),
        tables.STANDS,
    )
    row = (await connection.execute(query)).first()
    return _session(row) if row else None


async def carrier(connection: AsyncConnection, programme: str, instalment: int | None) -> str | None:
    """The id of the session that carries this instalment."""
    query = select(s.id).where(s.programme == programme, s.instalment == instalment)
    return (await connection.execute(query)).scalar()


async def of_programme(connection: AsyncConnection, programme: str) -> list[Session]:
    """In order of time, then of id."""
    rows = await connection.execute(select(tables.session).where(s.programme == programme))
    return sorted((_session(row) for row in rows), key=lambda it: (it.when.earliest, it.id))


async def completed_joint_sessions(connection: AsyncConnection, programme: str) -> dict[str, int]:
    """How many, by format."""
    query = (
        select(s.format, func.count().label("completed"))
        .where(s.programme == programme, s.kind == "joint_session", s.state == "completed")
        .group_by(s.format)
    )
    return {row.format: row.completed for row in await connection.execute(query)}


async def add(connection: AsyncConnection, it: Session, *, by: str) -> None:
    await connection.execute(tables.session.insert(), _row(it) | {"changed_by": by})


async def save(connection: AsyncConnection, it: Session, *, by: str) -> None:
    await connection.execute(tables.session.update().where(s.id == it.id).values(**_row(it), changed_by=by))


async def adopt(connection: AsyncConnection, it: Session, *, unknown: Collection[str], by: str) -> None:
    """Unless it is known as new or newer. `unknown` are fields that stay as they are known here."""
    row = {name: value for name, value in _row(it).items() if name not in unknown}
    await record(connection, [Newest(tables.session, **row, changed_by=by)])


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Sessions that were adopted from events without a title: their place is not known either."""
    rows = await connection.execute(select(tables.session).where(s.title.is_(None)).order_by(s.id))
    return [
        Missing(entity="session", id=row.id, programme=row.programme, party=row.party, fields=("title", "place"))
        for row in rows
    ]


def _row(it: Session) -> dict[str, Any]:
    return vars(it) | {"when": WHEN.dump_json(it.when, exclude_none=True).decode()}


def _session(row: Row[Any]) -> Session:
    values = {name: value for name, value in row._mapping.items() if name != "changed_by"}  # noqa: SLF001
    return Session(**values | {"when": WHEN.validate_json(row.when)})
