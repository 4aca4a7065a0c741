"""What a plan's warnings are judged by, and which of them were accepted: queries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pydantic import TypeAdapter
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.circumstances.domain.circumstances import Circumstances, Membership
from services.scheduling.circumstances.domain.days_to_avoid import Avoided, DaysToAvoid
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import Session
from shared.database import insert
from shared.messaging.facts import Present, record
from shared.messaging.missing import Missing

_DAYS = TypeAdapter(tuple[Avoided, ...])


async def around(connection: AsyncConnection, programme: str, sessions: Collection[Session]) -> Circumstances:
    """What is known on the days of a programme's sessions. As many queries for one as for all of them."""
    days = [it.when.days for it in sessions if it.when.days]
    if not days:
        return Circumstances()
    g, s = tables.party_group.c, tables.session.c
    of_programme = select(g.advisor).where(g.programme == programme, g.advisor.is_not(None))
    groups = list(await connection.execute(select(tables.party_group).where(g.advisor.in_(of_programme))))
    advised = select(g.party).where(g.programme == s.programme, g.party == s.party, g.advisor.in_(of_programme))
    on_those_days = select(tables.session).where(
        tables.STANDS,
        s.first_day <= max(it.last for it in days),
        s.last_day >= min(it.first for it in days),
        or_(s.programme == programme, advised.exists()),
    )
    found = [session_rows.session_of(row) for row in await connection.execute(on_those_days)]
    return Circumstances(
        avoided=(await days_to_avoid(connection, programme)).days,
        sessions={it.id: it for it in found},
        advisors={(row.programme, row.party): row.advisor for row in groups},
        members=await members(connection, programme),
    )


async def members(connection: AsyncConnection, programme: str) -> dict[str, Membership]:
    """Who has applied, by party."""
    ap, ag = tables.application.c, tables.agreement.c
    ends = select(ag.party, ag.ends_on).where(ag.programme == programme, ag.ends_on.is_not(None))
    ends_on: dict[str, date] = {row.party: row.ends_on for row in await connection.execute(ends)}
    applied = await connection.execute(select(ap.party, ap.state).where(ap.programme == programme))
    return {
        row.party: Membership(is_accepted=row.state == "accepted", ends_on=ends_on.get(row.party)) for row in applied
    }


async def days_to_avoid(connection: AsyncConnection, programme: str, *, lock: bool = False) -> DaysToAvoid:
    t = tables.days_to_avoid
    query = select(t).where(t.c.programme == programme)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        return DaysToAvoid(programme=programme)
    return DaysToAvoid(programme=programme, version=row.version, days=_DAYS.validate_json(row.days))


async def keep_lost_days_to_avoid(connection: AsyncConnection, programme: str, *, by: str) -> None:
    """Unless there are any."""
    await record(connection, [Present(tables.days_to_avoid, programme=programme, version=0, days="[]", changed_by=by)])


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Days to avoid of programmes whose plan was taken back from an event."""
    t = tables.days_to_avoid.c
    codes = (await connection.execute(select(t.programme).where(t.version == 0).order_by(t.programme))).scalars()
    return [Missing(entity="days_to_avoid", id=it, programme=it, fields=("days",)) for it in codes]


async def save_days_to_avoid(connection: AsyncConnection, it: DaysToAvoid, *, by: str) -> None:
    t = tables.days_to_avoid
    row = {"version": it.version, "days": _DAYS.dump_json(it.days).decode(), "changed_by": by}
    statement = insert(connection, t).values(programme=it.programme, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=[t.c.programme], set_=row))


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """By the name of whose key, when (in UTC), and why where that was said."""

    by: str
    at: datetime
    because: str | None


class OfPlan(Protocol):
    """What speaks against a plan: a warning."""

    @property
    def code(self) -> str: ...
    @property
    def about(self) -> str: ...


async def accepted(connection: AsyncConnection, programme: str) -> dict[tuple[str, str], Accepted]:
    """What was accepted in a programme, whether or not it stands still, by its code and what it is about."""
    t = tables.accepted
    rows = await connection.execute(select(t).where(t.c.programme == programme))
    return {
        (row.code, row.about): Accepted(by=row.accepted_by, at=row.accepted_at, because=row.because) for row in rows
    }


async def keep_accepted(connection: AsyncConnection, programme: str, those: Iterable[OfPlan], it: Accepted) -> None:
    """In place of who accepted one of them before."""
    keys = sorted({(one.code, one.about) for one in those})
    if not keys:
        return
    how = {"accepted_by": it.by, "accepted_at": it.at, "because": it.because}
    rows = [{"programme": programme, "code": code, "about": about} | how for code, about in keys]
    statement = insert(connection, tables.accepted)
    newest = {name: statement.excluded[name] for name in how}
    upsert = statement.on_conflict_do_update(index_elements=list(tables.accepted.primary_key), set_=newest)
    await connection.execute(upsert, rows)
