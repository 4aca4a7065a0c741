"""A plan's queries: what it stands at, and its revisions. Each works in the caller's transaction."""

from __future__ import annotations

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.circumstances import repository as circumstances
from services.scheduling.plans.domain.plan import Plan, Revision
from services.scheduling.plans.domain.plan_findings import plan_findings
from services.scheduling.sessions import repository as session_rows
from shared.database import insert
from shared.messaging.facts import Newest, Present, record
from shared.messaging.missing import Missing
from shared.messaging.recover import BY

p, r = tables.plan.c, tables.plan_revision.c


async def plan_of(connection: AsyncConnection, programme: str) -> Plan:
    """A programme's plan; a draft where it is not published. Who changes it has locked the programme before."""
    row = (await connection.execute(select(tables.plan).where(p.programme == programme))).first()
    return Plan(**row._asdict()) if row else Plan(programme=programme)


async def untold(connection: AsyncConnection) -> list[str]:
    """The programmes whose plans count as published, and of which nobody was told yet."""
    is_there = exists().where(tables.programme.c.code == p.programme, ~tables.programme.c.deleted)
    query = select(p.programme).where(p.version == 0, is_there).order_by(p.programme)
    return list((await connection.execute(query)).scalars())


async def save(connection: AsyncConnection, plan: Plan, revision: Revision) -> None:
    """A plan as it is now, and the revision that made it so."""
    statement = insert(connection, tables.plan).on_conflict_do_update(
        index_elements=[p.programme], set_={name: value for name, value in vars(plan).items() if name != "programme"}
    )
    await connection.execute(statement, vars(plan))
    await connection.execute(tables.plan_revision.insert(), _row(plan, revision))


async def adopt(connection: AsyncConnection, plan: Plan, revision: Revision) -> None:
    """Unless it is known as new or newer; the revision unless it is known."""
    await record(connection, [Newest(tables.plan, **vars(plan)), Present(tables.plan_revision, **_row(plan, revision))])


async def revisions(connection: AsyncConnection, programme: str) -> list[Revision]:
    """A plan's revisions, the newest first."""
    query = select(tables.plan_revision).where(r.programme == programme).order_by(r.number.desc())
    return [
        Revision(
            number=row.number,
            day=row.day,
            reason=row.reason,
            sessions=row.sessions,
            changed=row.changed,
            by=row.changed_by,
        )
        for row in await connection.execute(query)
    ]


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Who accepted what a plan lacks (S1), and why, where the plan stands as an event told of it."""
    newest = select(r.programme).join(tables.plan, (p.programme == r.programme) & (p.revision == r.number))
    is_there = exists().where(tables.programme.c.code == r.programme, ~tables.programme.c.deleted)
    taken_back = newest.where(r.changed_by == BY, is_there).order_by(r.programme)
    found = []
    for programme in list((await connection.execute(taken_back)).scalars()):
        period = await session_rows.period(connection, programme)
        standing = await session_rows.standing(connection, programme, None)
        known = await circumstances.accepted(connection, programme)
        if any((it.code, it.about) not in known for it in plan_findings(standing, period)):
            found.append(Missing(entity="plan", id=programme, programme=programme, fields=("accepted",)))
    return found


async def count_sessions(connection: AsyncConnection, programme: str) -> int:
    """How many sessions stand in a plan."""
    s = tables.session.c
    query = select(func.count()).select_from(tables.session)
    query = query.where(s.programme == programme, s.party.is_(None), tables.STANDS)
    return (await connection.execute(query)).scalar_one()


def _row(plan: Plan, revision: Revision) -> dict[str, object]:
    values = {name: value for name, value in vars(revision).items() if name != "by"}
    return values | {"programme": plan.programme, "changed_by": revision.by}
