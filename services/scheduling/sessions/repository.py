"""Queries about sessions, and about what they stand on: programmes and parties. Each works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.sessions.domain.period import Period
from services.scheduling.sessions.domain.session import Session
from shared import clock
from shared.errors import NotFound
from shared.messaging.facts import Newest, record
from shared.messaging.missing import Missing
from shared.when import When

WHEN = TypeAdapter(When)
s = tables.session.c
NAMED = select(tables.session, tables.party.c.name.label("party_name")).join(
    tables.party, tables.party.c.organisation_number == s.party, isouter=True
)


class Named(NamedTuple):
    """A session, and what its party is called; none where it has none, or its name is not known here."""

    session: Session
    party_name: str | None


async def lock_programme(connection: AsyncConnection, code: str) -> Period:
    """Lock a programme until the end of the transaction, and read its period. Raises NotFound.

    Whoever gives a session its place in the plan, its instalment or its date decides by the other sessions or by the period.
    Of two who plan at once neither would see the other's new row, nor could lock it.
    """
    return await period(connection, code, lock=True)


async def period(connection: AsyncConnection, code: str, *, lock: bool = False) -> Period:
    """A programme's. Raises NotFound for one that is not known yet."""
    query = select(tables.programme).where(tables.programme.c.code == code)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None or row.deleted:
        msg = "this programme is not known here yet"
        raise NotFound(msg, code="programme_is_not_known", field="programme")
    return Period(start=row.period_start, end=row.period_end, closed_on=row.closed_on)


async def lock_with_programme(connection: AsyncConnection, id: str) -> tuple[Session, Period]:
    """A session, locked, and the period of its programme, which is locked too. Raises NotFound.

    The programme comes first, as for everybody, so that no deadlock comes about. Which one it is stands in the session, which
    is therefore read twice: the second time as it is under both locks.
    """
    period = await lock_programme(connection, (await session(connection, id)).programme)
    return await session(connection, id, lock=True), period


async def check_programme_is_known(connection: AsyncConnection, code: str) -> None:
    """Raises NotFound for a programme that is not known yet."""
    p = tables.programme.c
    if (await connection.execute(select(p.code).where(p.code == code, ~p.deleted))).first() is None:
        msg = "this programme is not known here yet"
        raise NotFound(msg, code="programme_is_not_known", field="programme")


async def check_party_is_known(connection: AsyncConnection, organisation_number: str) -> None:
    """Raises NotFound for a party that is not known yet."""
    p = tables.party.c
    query = select(p.organisation_number).where(p.organisation_number == organisation_number, ~p.deleted)
    if (await connection.execute(query)).first() is None:
        msg = "this party is not known here yet"
        raise NotFound(msg, code="party_is_not_known", field="party")


async def session(connection: AsyncConnection, id: str, *, lock: bool = False) -> Session:
    """A session, locked until the end of the transaction if asked for. Raises NotFound."""
    query = select(tables.session).where(s.id == id)
    return session_of(_there((await connection.execute(query.with_for_update() if lock else query)).first()))


async def in_same_place(connection: AsyncConnection, planned: Session) -> Session | None:
    """The session that stands in this one's place of the plan (kind, number and party), unless it is cancelled."""
    query = select(tables.session).where(
        s.programme == planned.programme,
        s.kind == planned.kind,
        func.coalesce(s.number, 0) == (planned.number or 0),
        func.coalesce(s.party, "") == (planned.party or ""),
        tables.STANDS,
    )
    row = (await connection.execute(query)).first()
    return session_of(row) if row else None


async def carrier_of(connection: AsyncConnection, programme: str, instalment: int | None) -> str | None:
    """The id of the programme's session that carries this instalment (B3)."""
    query = select(s.id).where(s.programme == programme, s.instalment == instalment)
    return (await connection.execute(query)).scalar()


async def standing(connection: AsyncConnection, programme: str | None, party: str | None) -> list[Session]:
    """What is planned or held in a programme and with a party, as far as these are said, in order of time."""
    query = select(tables.session).where(tables.STANDS)
    for column, value in ((s.programme, programme), (s.party, party)):
        if value is not None:
            query = query.where(column == value)
    return _in_order(await connection.execute(query))


async def by_id(connection: AsyncConnection, programme: str, ids: Collection[str]) -> dict[str, Session]:
    """Those of these sessions that are the programme's, locked until the end of the transaction."""
    query = select(tables.session).where(s.programme == programme, s.id.in_(sorted(ids))).order_by(s.id)
    return {row.id: session_of(row) for row in await connection.execute(query.with_for_update())}


async def planned(connection: AsyncConnection, programme: str) -> list[Session]:
    """What is planned in a programme, with whomever, locked until the end of the transaction, in order of time."""
    query = select(tables.session).where(s.programme == programme, s.state == "planned").order_by(s.id)
    return _in_order(await connection.execute(query.with_for_update()))


async def of_party(connection: AsyncConnection, programme: str, party: str) -> list[Session]:
    """The sessions that are held with one party, locked until the end of the transaction, by id."""
    query = select(tables.session).where(s.programme == programme, s.party == party).order_by(s.id)
    return [session_of(row) for row in await connection.execute(query.with_for_update())]


async def successions(connection: AsyncConnection, programme: str) -> list[tuple[str, str]]:
    """Whose agreement another party has taken over in a programme, and which party that is (R12)."""
    t = tables.agreement.c
    query = select(t.predecessor, t.party).where(t.programme == programme, t.predecessor.is_not(None)).order_by(t.id)
    return [(row.predecessor, row.party) for row in await connection.execute(query)]


async def of_programme(
    connection: AsyncConnection, programme: str, *, kind: str | None = None, party: str | None = None
) -> list[Named]:
    """A programme's sessions by the earliest day on which they may begin, then by id; those of a kind, or of a party.

    None of one that is deleted.
    """
    p = tables.programme.c
    query = NAMED.where(s.programme == programme, ~exists().where(p.code == programme, p.deleted))
    for column, value in ((s.kind, kind), (s.party, party)):
        if value is not None:
            query = query.where(column == value)
    found = [_named(row) for row in await connection.execute(query)]
    return sorted(found, key=lambda it: (it.session.when.earliest, it.session.id))


async def named(connection: AsyncConnection, id: str) -> Named:
    """A session with its party's name. Raises NotFound."""
    return _named(_there((await connection.execute(NAMED.where(s.id == id))).first()))


async def named_all(connection: AsyncConnection, ids: Collection[str]) -> list[Named]:
    """Those of these sessions that there are, in one statement; none for no ids."""
    if not ids:
        return []
    return [_named(row) for row in await connection.execute(NAMED.where(s.id.in_(sorted(ids))))]


async def completed_joint_sessions(connection: AsyncConnection, programme: str) -> dict[str, int]:
    """How many joint sessions of a programme are completed, by format."""
    query = (
        select(s.format, func.count().label("completed"))
        .where(s.programme == programme, s.kind == "joint_session", s.state == "completed")
        .group_by(s.format)
    )
    return {row.format: row.completed for row in await connection.execute(query)}


async def add(connection: AsyncConnection, it: Session, *, by: str) -> None:
    await connection.execute(
        tables.session.insert().values(**_row(it), changed_by=by, changed_at=clock.moment(connection))
    )


async def save(connection: AsyncConnection, it: Session, *, by: str) -> None:
    values = _row(it) | {"changed_by": by, "changed_at": clock.moment(connection)}
    await connection.execute(tables.session.update().where(s.id == it.id).values(**values))


async def save_all(connection: AsyncConnection, those: Collection[Session], *, by: str) -> None:
    """In one statement."""
    if not those:
        return
    rows = [{f"new_{name}": value for name, value in _row(it).items()} for it in those]
    values: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in rows[0] if name != "new_id"}
    values |= {"changed_by": by, "changed_at": clock.moment(connection)}
    await connection.execute(tables.session.update().where(s.id == bindparam("new_id")).values(values), rows)


async def adopt(
    connection: AsyncConnection, it: Session, *, unknown: Collection[str], by: str, changed_at: datetime
) -> None:
    """Unless it is known as new or newer. `unknown` are fields that stay as they are known here."""
    row = {name: value for name, value in _row(it).items() if name not in unknown}
    await record(connection, [Newest(tables.session, **row, changed_by=by, changed_at=changed_at)])


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Sessions that were adopted from events without a title: their place is not known either."""
    rows = await connection.execute(select(tables.session).where(s.title.is_(None)).order_by(s.id))
    return [
        Missing(entity="session", id=row.id, programme=row.programme, party=row.party, fields=("title", "place"))
        for row in rows
    ]


def _in_order(rows: Iterable[Row[Any]]) -> list[Session]:
    return sorted((session_of(row) for row in rows), key=lambda it: (it.when.earliest, it.id))


def _there(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        msg = "there is no such session"
        raise NotFound(msg, code="no_such_session", field="session")
    return row


def _named(row: Row[Any]) -> Named:
    return Named(session_of(row), row.party_name)


def _row(it: Session) -> dict[str, Any]:
    days = it.when.days
    return vars(it) | {
        "when": WHEN.dump_json(it.when, exclude_none=True).decode(),
        "first_day": days.first if days else None,
        "last_day": days.last if days else None,
    }


def session_of(row: Row[Any]) -> Session:
    """A row of `session`, be there other columns beside its own."""
    values = {name: getattr(row, name) for name in Session.__dataclass_fields__}
    return Session(**values | {"when": WHEN.validate_json(row.when)})
