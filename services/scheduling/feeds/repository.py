"""Queries of feeds. Each works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling import tables
from services.scheduling.feeds.domain.entry import Entry, is_kept
from services.scheduling.feeds.domain.feed import Feed, Kind, no_such_feed
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import KINDS_OF_ONE_PARTY
from shared import clock
from shared.database import insert
from shared.ids import made_at

FORM = 1  # of what a feed says; raised where the same sessions are written otherwise
# Places in a row: by its name each would take ten times as long to find.
FEED_NUMBER, FEED_NAME, PARTY_NAME, NOW, CHANGED_AT, ID, VERSION, STATE = range(8)

s, f, g = tables.session.c, tables.feed.c, tables.party_group.c


@dataclass(frozen=True, kw_only=True)
class Found:
    """A feed's sessions, as rows: they are looked at closer only where they are asked for."""

    number: int  # of the feed's newest address
    name: str | None  # of the feed's party; none where it has none, or that is not known here
    rows: Sequence[Row[Any]]  # by id

    @cached_property
    def tag(self) -> str:
        """What stands in the feed, in short. No version goes down or comes back, so that no other feed has the same one."""
        stands = [(row[ID], row[VERSION], row[PARTY_NAME]) for row in self.rows]
        return sha256(repr((FORM, self.number, self.name, stands)).encode()).hexdigest()[:32]

    def entries(self) -> list[Entry]:
        """Those that have exact days: a date is never made up (S2)."""
        found = (
            Entry(
                session=session_rows.session_of(row),
                changed_at=row.changed_at or made_at(row.id),
                party_name=row.party_name,
            )
            for row in self.rows
        )
        return [it for it in found if it.session.when.days is not None]


async def look(connection: AsyncConnection, feed: Feed, *, only_state: bool = False) -> Found:
    """What stands in a feed, by one query; `only_state` for its tag alone."""
    query = _query(feed.kind, connection.dialect.name, only_state=only_state)
    of = {"of": feed.of, "programme": feed.programme, "party": feed.party or "", "advisor": feed.advisor}
    rows = (await connection.execute(query, of)).all()
    kept = [it for it in rows if it[ID] is not None and is_kept(it[STATE], it[CHANGED_AT], it[NOW])]
    return Found(number=rows[0][FEED_NUMBER] or 1, name=rows[0][FEED_NAME], rows=kept)


@cache
def _query(kind: Kind, dialect: str, *, only_state: bool) -> Select[Any]:
    """Built once each: programs of calendars ask all day long, and building it takes longer than the database does."""
    one = select(literal(1).label("one")).subquery()
    of_session, of_feed = tables.party.alias("of_session"), tables.party.alias("of_feed")
    number = select(f.number).where(f.kind == kind, f.of == bindparam("of"))
    is_cancelled = s.state == "cancelled"  # only then the moments matter for what stands
    moments = clock.moment_in(dialect), s.changed_at
    others = [it for it in tables.session.c if it not in {s.id, s.version, s.state, s.changed_at}]
    return (
        select(
            number.scalar_subquery().label("feed_number"),
            of_feed.c.name.label("feed_name"),
            of_session.c.name.label("party_name"),
            *([case((is_cancelled, it)) for it in moments] if only_state else moments),
            *(s.id, s.version, s.state),
            *([] if only_state else others),
        )
        .select_from(one)
        .outerjoin(of_feed, of_feed.c.organisation_number == bindparam("party", type_=String))
        .outerjoin(tables.session, and_(_stands_in(kind), _is_published(), ~_is_deleted()))
        .outerjoin(of_session, of_session.c.organisation_number == s.party)
        .order_by(s.id)
    )


def _stands_in(kind: Kind) -> ColumnElement[bool]:
    """Which sessions are a feed's: those of everyone, and those that are held with its party or with its advisor's parties.

    Of a party whose agreement has ended, none from that day on; of one that takes no part, none.
    """
    of_everyone = and_(s.party.is_(None), *(s.kind != it for it in KINDS_OF_ONE_PARTY))
    if kind == "advisor":
        is_advisor = g.advisor == bindparam("advisor")
        with_theirs = and_(g.party == s.party, _is_in_force(g.programme, g.party))
        return exists().where(is_advisor, g.programme == s.programme, or_(of_everyone, with_theirs))
    programme, party = bindparam("programme", type_=String), bindparam("party", type_=String)
    if kind == "party":
        stands = and_(_takes_part(programme, party), _is_in_force(programme, party))
        return and_(s.programme == programme, or_(of_everyone, s.party == party), stands)
    return and_(s.programme == programme, of_everyone)


def _takes_part(programme: ColumnElement[str], party: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a party is accepted in a programme, as mails have it too: not if it has withdrawn, or a successor stands in its place (R12)."""
    a = tables.application.c
    return exists().where(a.programme == programme, a.party == party, a.state == "accepted")


def _is_in_force(programme: ColumnElement[str], party: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a party's agreement has not ended by a session's last day: by the same day mails take a session back."""
    a = tables.agreement.c
    ends_on = select(func.min(a.ends_on)).where(a.programme == programme, a.party == party).scalar_subquery()
    return func.coalesce(s.last_day < ends_on, true())


def _is_published() -> ColumnElement[bool]:
    """Of a plan that is a draft nobody hears."""
    return exists().where(tables.plan.c.programme == s.programme)


def _is_deleted() -> ColumnElement[bool]:
    p = tables.programme.c
    return exists().where(p.code == s.programme, p.deleted)


async def check_is_known(connection: AsyncConnection, feed: Feed) -> None:
    """Raises NotFound for a programme, a party or an advisor that is not known here."""
    if feed.programme is not None:
        await session_rows.check_programme_is_known(connection, feed.programme)
    if feed.party is not None:
        await session_rows.check_party_is_known(connection, feed.party)
    if feed.advisor is not None and not await is_advisor(connection, feed.advisor):
        raise no_such_feed()


async def is_advisor(
    connection: AsyncConnection, person: str, *, programme: str | None = None, party: str | None = None
) -> bool:
    """Whether a person is an advisor, of this party in this programme where these are said."""
    query = select(g.advisor).where(g.advisor == person)
    for column, value in ((g.programme, programme), (g.party, party)):
        if value is not None:
            query = query.where(column == value)
    return (await connection.execute(query.limit(1))).first() is not None


async def newest(
    connection: AsyncConnection, feed: Feed, *, lock: bool = False
) -> tuple[Feed, str | None, datetime | None]:
    """A feed with the number of its newest address, by whom it was renewed, and when; locked until the end if asked for."""
    if lock:
        first = {"kind": feed.kind, "of": feed.of, "number": 1}
        await connection.execute(insert(connection, tables.feed).on_conflict_do_nothing(), first)
    query = select(tables.feed).where(*_is(feed))
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    number, by, at = (row.number, row.renewed_by, row.renewed_at) if row else (1, None, None)
    return Feed(kind=feed.kind, of=feed.of, number=number), by, at


async def renew(connection: AsyncConnection, feed: Feed, *, by: str) -> None:
    """Have this number be a feed's newest; it is locked."""
    values = {"number": feed.number, "renewed_by": by, "renewed_at": clock.moment(connection)}
    await connection.execute(tables.feed.update().where(*_is(feed)).values(**values))


def _is(feed: Feed) -> Iterable[ColumnElement[bool]]:
    return f.kind == feed.kind, f.of == feed.of
