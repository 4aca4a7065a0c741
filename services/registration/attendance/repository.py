"""Sessions as scheduling told of them, and the attendance at them: each list by a number of statements that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.attendance.domain.chasing import Unrecorded
from services.registration.attendance.domain.session import ATTENDED, Session
from services.registration.attendance.domain.sheet import Day, Sheet
from services.registration.rows import fields
from shared.errors import NotFound
from shared.messaging.facts import Present, record
from shared.messaging.missing import Missing


@dataclass(frozen=True, kw_only=True)
class Attended:
    """What was recorded of one session, in figures: of participants and days together."""

    session: str
    kind: str
    number: int | None
    title: str | None
    first_day: date | None
    days: int
    expected: int
    present: int
    days_with_school_owner: int


@dataclass(frozen=True, kw_only=True)
class Obliged:
    """A party with an agreement that was signed."""

    programme: str
    party: str
    signed_on: date
    ends_on: date | None  # the first day on which it is no longer in force

    def binds_on(self, first: date, last: date) -> bool:
        """Whether the party owed it to attend on days from the first to the last."""
        return self.signed_on <= last and (self.ends_on is None or first < self.ends_on)


s, a, d, p = tables.session.c, tables.attendance.c, tables.attendance_day.c, tables.presence.c
ag, q = tables.agreement.c, tables.attendance_asked_for.c


async def session(connection: AsyncConnection, id: str) -> Session:
    """A session that registration has heard of. Raises NotFound."""
    row = (await connection.execute(select(tables.session).where(s.id == id))).first()
    if row is None:
        msg = "there is no such session, or it is not heard of yet"
        raise NotFound(msg, code="no_such_session", rule="S5", field="session")
    return Session(**fields(row))


async def sessions(connection: AsyncConnection, programme: str) -> list[Session]:
    """All of a programme that somebody may owe something by, in time."""
    query = select(tables.session).where(s.programme == programme, _obliges()).order_by(s.not_before, s.id)
    return [Session(**fields(row)) for row in await connection.execute(query)]


async def attended_between(
    connection: AsyncConnection, first: date, last: date, *, programme: str | None = None
) -> list[Session]:
    """Those at which attendance is taken and whose last day is one of these, in one programme or in all that are open; by programme."""
    on_those_days = s.last_day.between(first, last), s.kind.in_(ATTENDED), s.state != "cancelled"
    is_closed = exists().where(tables.programme.c.code == s.programme, tables.programme.c.closed_on.is_not(None))
    query = select(tables.session).where(*on_those_days, _obliges(), not_(is_closed))
    if programme is not None:
        query = query.where(s.programme == programme)
    return [Session(**fields(row)) for row in await connection.execute(query.order_by(s.programme, s.id))]


def _obliges() -> ColumnElement[bool]:
    """Of a plan that is a draft nobody was invited (S6), so that nobody owes anything by it but for what was held nevertheless."""
    return exists().where(tables.plan.c.programme == s.programme) | (s.state == "completed")


async def version(connection: AsyncConnection, session: str, party: str) -> int:
    query = select(a.version).where(a.session == session, a.party == party)
    return (await connection.execute(query)).scalar() or 0


async def sheet(connection: AsyncConnection, of: Session, party: str) -> Sheet:
    """A party's, at version 0 where nothing is recorded yet."""
    found = await _sheets(connection, (a.session == of.id) & (a.party == party))
    return next(iter(found), Sheet(version=0, programme=of.programme, session=of.id, party=party))


async def sheets_of_session(connection: AsyncConnection, of: Session) -> dict[str, Sheet]:
    """By party. Whose agreement another has taken over (R12), that one has too, at version 0 where it recorded none itself."""
    heirs = await _heirs(connection, of.programme)
    return {it.party: it for it in _with_heirs(await _sheets(connection, a.session == of.id), heirs)}


async def sheets_of_programme(connection: AsyncConnection, programme: str) -> dict[tuple[str, str], Sheet]:
    """By party and session, as `sheets_of_session`."""
    return await _by_party_and_session(connection, programme, a.programme == programme)


async def sheets_of_sessions(
    connection: AsyncConnection, programme: str, sessions: Collection[str]
) -> dict[tuple[str, str], Sheet]:
    """Of these sessions of one programme, by party and session, as `sheets_of_session`."""
    return await _by_party_and_session(connection, programme, a.session.in_(sorted(sessions)))


async def _by_party_and_session(
    connection: AsyncConnection, programme: str, which: ColumnElement[bool]
) -> dict[tuple[str, str], Sheet]:
    heirs = await _heirs(connection, programme)
    return {(it.party, it.session): it for it in _with_heirs(await _sheets(connection, which), heirs)}


async def _sheets(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Sheet]:
    days: dict[Any, list[Day]] = defaultdict(list)
    present: dict[Any, set[tuple[str, date]]] = defaultdict(set)
    counted = select(tables.attendance_day).join(tables.attendance, (d.session == a.session) & (d.party == a.party))
    for row in await connection.execute(counted.where(which).order_by(d.day)):
        days[row.session, row.party].append(
            Day(
                day=row.day,
                expected=row.expected,
                present=row.present,
                school_owner_present=row.school_owner_present,
            )
        )
    there = select(tables.presence).join(tables.attendance, (p.session == a.session) & (p.party == a.party))
    for row in await connection.execute(there.where(which)):
        present[row.session, row.party].add((row.participant, row.day))
    rows = await connection.execute(select(tables.attendance).where(which).order_by(a.party, a.session))
    return [
        Sheet(
            **fields(row),
            days=tuple(days[row.session, row.party]),
            present=frozenset(present[row.session, row.party]),
        )
        for row in rows
    ]


async def _heirs(connection: AsyncConnection, programme: str) -> dict[str, str]:
    """Who has taken over whose agreement."""
    query = select(ag.predecessor, ag.party).where(ag.programme == programme, ag.predecessor.is_not(None))
    return {row.predecessor: row.party for row in await connection.execute(query)}


def _with_heirs(found: Iterable[Sheet], heirs: dict[str, str]) -> Iterable[Sheet]:
    """Participants are handed over as they are, so that a sheet says of the successor's group what it said of its own."""
    found = list(found)
    own = {(it.party, it.session) for it in found}
    yield from found
    for it in found:
        if (heir := heirs.get(it.party)) and (heir, it.session) not in own:
            yield replace(it, party=heir, version=0)


async def figures(
    connection: AsyncConnection, programme: str, *, party: str | None, after: str | None, limit: int
) -> list[tuple[str, str, list[Attended]]]:
    """Of those that are accepted: party, its name, and what was recorded, in time. In one statement."""
    v, app, heir, own = (
        tables.party.c,
        tables.application.c,
        tables.agreement.alias("heir").c,
        tables.attendance.alias().c,
    )
    accepted = (
        select(v.organisation_number, v.name)
        .join(tables.application, (app.party == v.organisation_number) & (app.programme == programme))
        .where(app.state == "accepted", v.organisation_number > (after or ""))
    )
    if party is not None:
        accepted = accepted.where(v.organisation_number == party)
    page = accepted.order_by(v.organisation_number).limit(limit).subquery()
    # Whose agreement another has taken over (R12): what it attended is its successor's, unless that one recorded its own.
    handed_over = (
        (heir.predecessor == a.party) & (heir.programme == programme) & (heir.party == page.c.organisation_number)
    )
    has_own = exists().where(own.session == a.session, own.party == page.c.organisation_number)
    is_of = (a.party == page.c.organisation_number) | (exists().where(handed_over) & ~has_own)
    counts = (
        func.count(d.day).label("days"),
        func.sum(d.expected).label("expected"),
        func.sum(d.present).label("present"),
        func.sum(case((d.school_owner_present, 1), else_=0)).label("days_with_school_owner"),
    )
    about = (s.id.label("session"), s.kind, s.number, s.title, s.first_day)
    rows = (
        select(page.c.organisation_number, page.c.name, *about, *counts)
        .select_from(page)
        .outerjoin(tables.attendance, (a.programme == programme) & is_of)
        .outerjoin(tables.session, s.id == a.session)
        .outerjoin(tables.attendance_day, (d.session == a.session) & (d.party == a.party))
        .group_by(page.c.organisation_number, page.c.name, s.id, s.kind, s.number, s.title, s.first_day)
        .order_by(page.c.organisation_number, s.first_day, s.id)
    )
    found: dict[str, tuple[str, str, list[Attended]]] = {}
    for row in await connection.execute(rows):
        of = found.setdefault(row.organisation_number, (row.organisation_number, row.name, []))
        if row.session is not None:
            of[2].append(Attended(**{name: getattr(row, name) for name in Attended.__dataclass_fields__}))
    return list(found.values())


async def save(connection: AsyncConnection, it: Sheet, *, by: str) -> None:
    """In the place of what was recorded before."""
    of = {"session": it.session, "party": it.party}
    for table in (tables.presence, tables.attendance_day, tables.attendance):
        await connection.execute(table.delete().where(table.c.session == it.session, table.c.party == it.party))
    row = of | {"programme": it.programme, "version": it.version, "changed_by": by}
    await connection.execute(tables.attendance.insert(), row)
    if it.days:
        await connection.execute(tables.attendance_day.insert(), [of | vars(day) for day in it.days])
    if it.present:
        rows = [of | {"participant": who, "day": day} for who, day in sorted(it.present)]
        await connection.execute(tables.presence.insert(), rows)


async def obliged(connection: AsyncConnection, programme: str, today: date) -> list[Obliged]:
    """Those of a programme whose agreement is signed and in force on this day (R10), by party."""
    app = tables.application.c
    query = (
        select(ag.programme, ag.party, ag.signed_on, ag.ends_on)
        .join(tables.application, (app.programme == ag.programme) & (app.party == ag.party))
        .where(ag.programme == programme, app.state == "accepted")
        .where(ag.signed_on.is_not(None), ag.called_back_on.is_(None), ag.ends_on.is_(None) | (ag.ends_on > today))
        .order_by(ag.party)
    )
    return [
        Obliged(programme=row.programme, party=row.party, signed_on=row.signed_on, ends_on=row.ends_on)
        for row in await connection.execute(query)
    ]


async def asked_for(
    connection: AsyncConnection, sessions: Collection[str]
) -> Mapping[tuple[str, str], list[tuple[date, int]]]:
    """Of these sessions by party and session, for which of its last days, and at which stage, attendance was asked for."""
    found: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    query = select(q.party, q.session, q.last_day, q.stage).where(q.session.in_(sorted(sessions)))
    for row in await connection.execute(query):
        found[row.party, row.session].append((row.last_day, row.stage))
    return found


async def note_asked_for(connection: AsyncConnection, those: Iterable[Unrecorded]) -> None:
    names = tables.attendance_asked_for.columns.keys()
    rows = [{name: getattr(it, name) for name in names} for it in those]
    await record(connection, [Present(tables.attendance_asked_for, **row) for row in rows])


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Sheets of which only the counts are known."""
    anybody = select(p.participant).where(p.session == a.session, p.party == a.party).exists()
    counted = select(d.day).where(d.session == a.session, d.party == a.party, d.present > 0).exists()
    rows = await connection.execute(select(a.session, a.party, a.programme).where(counted, ~anybody))
    return [
        Missing(
            entity="attendance",
            id=f"{row.session}/{row.party}",
            programme=row.programme,
            party=row.party,
            fields=("present",),
        )
        for row in rows
    ]
