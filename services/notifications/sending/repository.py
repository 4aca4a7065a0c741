"""What waits, and for what: mailings and invitations for their recipients, mails for the SMTP server. And what was sent."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.notifications import tables
from services.notifications.calendars.domain.calendar import KINDS_OF_ONE_PARTY
from services.notifications.letters.domain.kinds import INVITATION, NO_PARTY
from services.notifications.sending.domain.waiting import Waiting, Why
from services.notifications.works import (
    ALL_PARTIES,
    LOOK_AT_CALENDARS_OF_PARTIES,
    LOOK_AT_MAILINGS_OF_PARTIES,
    PARTY,
    UPDATE_CALENDARS,
    WRITE_MAILINGS,
    party_of,
    session_of,
)
from shared.database import insert
from shared.messaging import set_aside
from shared.messaging.tables import work_mark

MOST = 500  # of each sort


async def what_waits(connection: AsyncConnection, today: date) -> list[Waiting]:
    """What waits, the oldest of each sort first.

    `today` is the day in Norway by the domain's clock: nobody is waited for to be invited to what is past.
    """
    return [
        *await _mailings(connection),
        *await _questions(connection),
        *await _set_aside(connection),
        *await _invitations(connection, today),
        *await _of_drafts(connection, today),
        *await _mails(connection),
    ]


async def names_of_parties(connection: AsyncConnection, parties: Collection[str]) -> dict[str, str]:
    """What these parties are called, by organisation number; without those that are not known here yet."""
    p = tables.party.c
    query = select(p.organisation_number, p.name).where(p.organisation_number.in_(sorted(parties)))
    return {row.organisation_number: row.name for row in await connection.execute(query)}


async def count_mailings_to_ask_about(connection: AsyncConnection) -> int:
    """How many mailings wait that a mark is on: for these a question is about to be asked."""
    m = tables.mailing
    query = select(func.count()).select_from(m).where(m.c.addressed_at.is_(None), _is_marked())
    return (await connection.execute(query)).scalar_one()


async def _mailings(connection: AsyncConnection) -> list[Waiting]:
    """What was given up stands among them."""
    m = tables.mailing
    columns = m.c.kind, m.c.event_id, m.c.programme, m.c.party, m.c.happened_at, m.c.refused, m.c.given_up_by
    query = (
        _with_names(select(*columns, _is_marked().label("marked"), _failed_with(m.c).label("failed_with")), m.c)
        .where(or_(m.c.addressed_at.is_(None), m.c.given_up_by.is_not(None)))
        .order_by(m.c.happened_at, m.c.event_id)
        .limit(MOST)
    )
    return [
        Waiting(
            what=row.kind,
            programme=row.programme,
            party=row.party or None,
            why=why,
            since=row.happened_at,
            id=row.event_id,
            reason=row.failed_with if why == "set_aside" else row.refused,
            given_up_by=row.given_up_by,
        )
        for row in await connection.execute(query)
        for why in [_why_not_written(row)]
    ]


def _why_not_written(row: Row[Any]) -> Why:
    if row.given_up_by is not None:
        return "given_up"
    missing = _missing(row.programme_name, NO_PARTY if row.party == NO_PARTY else row.party_name)
    if row.failed_with is not None and not missing:
        return "set_aside"
    if missing or not row.marked:
        return missing or "recipient"
    return "answer" if row.refused is None else "refused"


async def _questions(connection: AsyncConnection) -> list[Waiting]:
    """Calendars that wait for answers before they can be compared, or for another try: those with a mark."""
    m = work_mark.c
    since = func.min(m.left_at).label("since")
    query = (
        select(m.key, m.part, since, set_aside.reason_in(UPDATE_CALENDARS, m.key).label("failed_with"))
        .where(m.work == UPDATE_CALENDARS)
        .group_by(m.key, m.part)
        .order_by(since)
        .limit(MOST)
    )
    return [
        Waiting(
            what=INVITATION,
            programme=row.key,
            party=party_of(row.part),
            why="set_aside" if row.failed_with else "answer",
            since=row.since,
            id=session_of(row.part),
            reason=row.failed_with,
        )
        for row in await connection.execute(query)
    ]


async def _set_aside(connection: AsyncConnection) -> list[Waiting]:
    """Sessions whose calendars cannot be compared, while the others' are. They have no mark, and so no id to give up by."""
    return [
        Waiting(
            what=INVITATION,
            programme=it.key,
            party=None,
            why="set_aside",
            since=it.since,
            reason=f"{it.reason}: {session_of(it.part)}",
        )
        for it in await set_aside.parts(connection, UPDATE_CALENDARS, limit=MOST)
    ]


async def _invitations(connection: AsyncConnection, today: date) -> list[Waiting]:
    """Accepted parties with a session to be invited to, while it is not known whom to invite, or in which language form."""
    a, i, m = tables.application, tables.invitee, work_mark.c
    has_invitee = exists().where(i.c.programme == a.c.programme, i.c.party == a.c.party, not_(i.c.keeps))
    is_marked = exists().where(m.work == UPDATE_CALENDARS, m.key == a.c.programme, m.part == PARTY + a.c.party)
    failed_with = _looking_failed_with(LOOK_AT_CALENDARS_OF_PARTIES, a.c.party).label("failed_with")
    query = (
        _with_names(select(a.c.programme, a.c.party, a.c.since, failed_with), a.c)
        .where(
            a.c.state == "accepted",
            or_(not_(has_invitee), tables.programme.c.name.is_(None), tables.party.c.name.is_(None)),
            not_(is_marked),
            _has_upcoming_session(today),
        )
        .order_by(a.c.since)
        .limit(MOST)
    )
    return [
        Waiting(
            what=INVITATION,
            programme=row.programme,
            party=row.party,
            why=missing or ("set_aside" if row.failed_with else "recipient"),
            since=row.since,
            reason=None if missing else row.failed_with,
        )
        for row in await connection.execute(query)
        for missing in [_missing(row.programme_name, row.party_name)]
    ]


async def _of_drafts(connection: AsyncConnection, today: date) -> list[Waiting]:
    """Programmes of which nobody is invited until their plan is published (S6), each by the party that waits longest."""
    a = tables.application.c
    since = func.min(a.since).label("since")
    query = (
        select(a.programme, since)
        .where(a.state == "accepted", _is_draft(a.programme), _has_upcoming_session(today))
        .group_by(a.programme)
        .order_by(since)
        .limit(MOST)
    )
    return [
        Waiting(what=INVITATION, programme=row.programme, party=None, why="plan", since=row.since)
        for row in await connection.execute(query)
    ]


async def invitations_of_later(connection: AsyncConnection, invited_until: date) -> list[Waiting]:
    """Sessions after this day, to which an accepted party is invited once its agreement is sent: `waits`, as a condition.

    What stands in a draft waits for that first.
    """
    a, s, g = tables.application, tables.session, tables.agreement
    has_agreement = exists().where(
        g.c.programme == a.c.programme,
        or_(g.c.party == a.c.party, g.c.predecessor == a.c.party),
        g.c.called_back_on.is_(None),
    )
    query = (
        select(a.c.programme, a.c.party, a.c.since, s.c.id)
        .join(s, s.c.programme == a.c.programme)
        .where(
            a.c.state == "accepted",
            not_(has_agreement),
            not_(_is_draft(a.c.programme)),
            s.c.first_day > invited_until,
            not_(s.c.cancelled),
            _is_held_with(a.c.party),
        )
        .order_by(a.c.since, a.c.party, s.c.first_day, s.c.id)
        .limit(MOST)
    )
    return [
        Waiting(
            what=INVITATION, programme=row.programme, party=row.party, why="agreement", since=row.since, session=row.id
        )
        for row in await connection.execute(query)
    ]


async def _mails(connection: AsyncConnection) -> list[Waiting]:
    m = tables.mail
    query = (
        select(m.c.kind, m.c.programme, m.c.party, m.c.made_at, m.c.put_off_at)
        .where(m.c.state == "queued")
        .order_by(m.c.made_at)
        .limit(MOST)
    )
    return [
        Waiting(
            what=row.kind,
            programme=row.programme,
            party=row.party,
            why="retry" if row.put_off_at else "sending",
            since=row.made_at,
        )
        for row in await connection.execute(query)
    ]


def _missing(programme_name: str | None, party_name: str | None) -> Why | None:
    if programme_name is None:
        return "programme"
    return "party" if party_name is None else None


def _with_names(query: Select[Any], of: ReadOnlyColumnCollection[str, Column[Any]]) -> Select[Any]:
    """Add the names of programme and party to a query; null where they are not known yet."""
    programme, party = tables.programme, tables.party
    return (
        query.add_columns(programme.c.name.label("programme_name"), party.c.name.label("party_name"))
        .outerjoin(programme, programme.c.code == of.programme)
        .outerjoin(party, party.c.organisation_number == of.party)
    )


def _is_marked() -> ColumnElement[bool]:
    mailing, m = tables.mailing.c, work_mark.c
    return exists().where(
        m.work == WRITE_MAILINGS, m.key == mailing.programme, or_(m.part.is_(None), m.part == mailing.party)
    )


def _failed_with(mailing: ReadOnlyColumnCollection[str, Column[Any]]) -> ColumnElement[str]:
    """What the programme of a marked mailing is set aside for, or the looking at what waits for a party of which there is news."""
    looking = _looking_failed_with(LOOK_AT_MAILINGS_OF_PARTIES, mailing.party)
    return case((_is_marked(), set_aside.reason_in(WRITE_MAILINGS, mailing.programme)), else_=looking)


def _looking_failed_with(work: str, party: ColumnElement[str]) -> ColumnElement[str]:
    m = work_mark.c
    is_marked = exists().where(m.work == work, m.key == ALL_PARTIES, m.part == party)
    return case((is_marked, set_aside.reason_in(work, literal(ALL_PARTIES))))


def _has_upcoming_session(today: date) -> ColumnElement[bool]:
    """Whether a session to come should stand in the calendars of an application's party: `should_stand`, as a condition."""
    a, s, g = tables.application, tables.session, tables.agreement
    has_ended = exists().where(g.c.programme == a.c.programme, g.c.party == a.c.party, g.c.ends_on <= s.c.last_day)
    return exists().where(
        s.c.programme == a.c.programme,
        s.c.last_day >= today,
        not_(s.c.cancelled),
        _is_held_with(a.c.party),
        not_(has_ended),
    )


def _is_draft(programme: ColumnElement[str]) -> ColumnElement[bool]:
    return ~exists().where(tables.plan.c.programme == programme)


def _is_held_with(party: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a session is this party's own, or everyone's."""
    s = tables.session.c
    return or_(s.party == party, and_(s.party.is_(None), s.kind.not_in(KINDS_OF_ONE_PARTY)))


async def keep(connection: AsyncConnection, sent: Mapping[str, bytes]) -> None:
    """Keep what mails said, by their ids, as the SMTP server took them; of one that was taken twice, what it said last."""
    rows = [{"mail": id, "content": zlib.compress(message, level=1)} for id, message in sent.items()]
    if rows:
        statement = insert(connection, tables.sent_message)
        newest = {"content": statement.excluded.content}
        await connection.execute(statement.on_conflict_do_update(index_elements=["mail"], set_=newest), rows)


async def sent_as(connection: AsyncConnection, id: str) -> bytes | None:
    """The message that a mail was sent as; none where it was not, or by a version that did not keep it."""
    query = select(tables.sent_message.c.content).where(tables.sent_message.c.mail == id)
    content = (await connection.execute(query)).scalar()
    return None if content is None else zlib.decompress(content)
