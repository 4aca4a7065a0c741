"""Queries about guidance visits: what is planned of them, who was told that one is not booked, and their minutes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.circumstances import repository as circumstances
from services.scheduling.guidance.domain.minutes import Minutes
from services.scheduling.guidance.domain.visits import Unbooked, Visit, Window, visits
from services.scheduling.sessions import repository as session_rows
from shared.database import insert
from shared.messaging.facts import Newest, Present, record
from shared.messaging.missing import Missing

KIND = "guidance_visit"


async def visits_of(connection: AsyncConnection, programme: str) -> list[Visit]:
    """As many queries for a hundred parties as for one."""
    found = await session_rows.of_programme(connection, programme, kind=KIND)
    members = await circumstances.members(connection, programme)
    return visits([it.session for it in found], members, await session_rows.successions(connection, programme))


async def programmes_with_visits(connection: AsyncConnection) -> list[str]:
    """Open programmes whose plan has a line for a visit."""
    s, p = tables.session.c, tables.programme.c
    query = select(s.programme).join(tables.programme, p.code == s.programme)
    query = query.where(s.kind == KIND, s.party.is_(None), tables.STANDS, ~p.deleted, p.closed_on.is_(None))
    return list((await connection.execute(query.distinct().order_by(s.programme))).scalars())


async def advised(connection: AsyncConnection, programme: str) -> set[str]:
    """The parties of a programme that have an advisor."""
    g = tables.party_group.c
    query = select(g.party).where(g.programme == programme, g.advisor.is_not(None))
    return set((await connection.execute(query)).scalars())


async def names_of_parties(connection: AsyncConnection, programme: str) -> dict[str, str | None]:
    a, p = tables.application.c, tables.party.c
    query = select(p.organisation_number, p.name).join(tables.application, a.party == p.organisation_number)
    rows = await connection.execute(query.where(a.programme == programme))
    return {row.organisation_number: row.name for row in rows}


async def unbooked(connection: AsyncConnection, programme: str) -> dict[tuple[str, int], Unbooked]:
    """Of which visits it was told that they are not booked, by party and number, with the window at that time."""
    t = tables.unbooked_visit
    rows = await connection.execute(select(t).where(t.c.programme == programme))
    return {
        (row.party, row.number): Unbooked(
            programme=row.programme,
            party=row.party,
            number=row.number,
            version=row.version,
            window=Window(first=row.window_first, last=row.window_last),
        )
        for row in rows
    }


async def keep_unbooked(connection: AsyncConnection, those: Iterable[Unbooked]) -> None:
    """Each unless it is known as new or newer; in one statement."""
    rows = [
        Newest(
            tables.unbooked_visit,
            programme=it.programme,
            party=it.party,
            number=it.number,
            version=it.version,
            window_first=it.window.first,
            window_last=it.window.last,
        )
        for it in those
    ]
    await record(connection, rows)


async def looked_on(connection: AsyncConnection) -> date | None:
    """The day on which visits that are not booked were last looked for."""
    day: date | None = (await connection.execute(select(tables.looked_for_visits.c.day))).scalar()
    return day


async def keep_looked_on(connection: AsyncConnection, day: date) -> None:
    statement = insert(connection, tables.looked_for_visits).values(id=1, day=day)
    await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"day": day}))


async def minutes(connection: AsyncConnection, session: str, *, lock: bool = False) -> Minutes:
    t = tables.minutes
    query = select(t).where(t.c.session == session)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        return Minutes(session=session)
    return Minutes(session=session, version=row.version, text=row.text, written_by=row.written_by)


async def save_minutes(connection: AsyncConnection, it: Minutes) -> None:
    values = vars(it)
    statement = insert(connection, tables.minutes).values(values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["session"], set_=values))


async def keep_lost_minutes(connection: AsyncConnection, session: str, *, by: str) -> None:
    """Unless there are any."""
    await record(connection, [Present(tables.minutes, session=session, version=0, text=None, written_by=by)])


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Minutes of what is known to be held from an event alone."""
    t, s = tables.minutes, tables.session.c
    query = select(t.c.session, s.programme, s.party).join(tables.session, s.id == t.c.session).where(t.c.version == 0)
    return [
        Missing(entity="minutes", id=row.session, programme=row.programme, party=row.party, fields=("text",))
        for row in await connection.execute(query.order_by(t.c.session))
    ]
