"""What is said in a mail and is so no more: what came later has overtaken it, its party has withdrawn, its session is over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, String, and_, cast, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.notifications import tables
from services.notifications.letters.domain.kinds import (
    AMENDED,
    ATTENDANCE_MISSING,
    CALLED_BACK,
    MATTERS,
    NOT_ONCE_WITHDRAWN,
    OFFERED,
    REMINDER,
    TO_SIGN,
    UNBILLED_REPORT,
    VISIT_UNBOOKED,
    WITHDRAWN,
)
from shared import clock

VISIT = "guidance_visit"  # a kind of session
M = tables.mail
OTHER = M.alias("other")
Columns: TypeAlias = ReadOnlyColumnCollection[str, Column[Any]]


def there_is_another(
    earlier: Columns, later: Columns, *of_which: ColumnElement[bool]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether there is another mail to the same person about the same matter: a session, or what follows one upon the other.

    Two conditions, since PostgreSQL looks for each at once over all mails, but for one or the other at every mail anew. Events'
    ids sort by when they were made.
    """
    m, other = M.c, OTHER.c
    about_a_session = exists().where(
        other.session == m.session, other.person == m.person, earlier.sequence < later.sequence, *of_which
    )
    about_an_event = exists().where(
        m.kind.in_([it for kinds in MATTERS for it in kinds]),  # said anew, so that SQLite need not look for the others
        other.person == m.person,
        other.session.is_(None),
        other.programme == m.programme,
        other.party == m.party,
        or_(*(and_(m.kind.in_(kinds), other.kind.in_(kinds)) for kinds in MATTERS)),
        earlier.event_id < later.event_id,
        *of_which,
    )
    return about_a_session, about_an_event


def _is_told_since() -> tuple[ColumnElement[bool], ...]:
    """Whether the party was told, or is to be told, of a later change of the same matter, or that the invoice is credited.

    To whomever: the one who is written to again may be no longer among those who hear of it. An invoice is named by what its
    credit note carries, or was answered to say; a party has one series of invoices in a programme.
    """
    m, mailing, number = M.c, tables.mailing.c, M.c.content["document"]["number"].as_integer()
    matter = exists().where(
        m.kind.in_([it for kinds in MATTERS for it in kinds]),
        mailing.programme == m.programme,
        mailing.party == m.party,
        or_(*(and_(m.kind.in_(kinds), mailing.kind.in_(kinds)) for kinds in MATTERS)),
        m.event_id < mailing.event_id,
    )
    credited_by_event = exists().where(
        m.kind == "invoice",
        mailing.kind == "credit_note",
        mailing.programme == m.programme,
        mailing.party == m.party,
        mailing.about["issued"]["credits_invoice"].as_integer() == number,
    )
    credited_by_mail = exists().where(
        m.kind == "invoice",
        OTHER.c.kind == "credit_note",
        OTHER.c.programme == m.programme,
        OTHER.c.party == m.party,
        OTHER.c.content["document"]["credits_invoice"].as_integer() == number,
    )
    return matter, credited_by_event, credited_by_mail


def is_answered(which: Columns, said: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether it asks for attendance that is recorded by now, or for that of a session that is cancelled, or tells of a visit that it is
    not booked and it is by now. `which` are the columns of a mail or a mailing, `said` its JSON.
    """
    asked, a, s = said["attendance"], tables.attendance.c, tables.session.c
    recorded = exists().where(
        a.session == asked["session"].as_string(),
        a.party == which.party,
        cast(a.until, String) >= asked["last_day"].as_string(),
    )
    cancelled = exists().where(s.id == asked["session"].as_string(), s.cancelled)
    booked = exists().where(
        s.programme == which.programme,
        s.party == which.party,
        s.kind == VISIT,
        s.number == said["visit"]["number"].as_integer(),
        not_(s.cancelled),
    )
    return or_(
        and_(which.kind == ATTENDANCE_MISSING, or_(recorded, cancelled)), and_(which.kind == VISIT_UNBOOKED, booked)
    )


def is_past_its_day(which: Columns, said: ColumnElement[Any], today: date) -> ColumnElement[bool]:
    """Whether it offers a place until a day that is past, or tells of a week that is. `which` are the columns of a mail or a mailing, `said` its JSON, and
    `today` is a day in Norway.
    """
    return or_(
        and_(which.kind == OFFERED, said["application"]["offered_until"].as_string() < today.isoformat()),
        and_(which.kind == UNBILLED_REPORT, said["unbilled"]["sunday"].as_string() < today.isoformat()),
    )


IS_WITHDRAWN = M.c.kind.in_(sorted(NOT_ONCE_WITHDRAWN)) & exists().where(
    tables.application.c.programme == M.c.programme,
    tables.application.c.party == M.c.party,
    tables.application.c.state == WITHDRAWN,
)
# Whatever became of the later one: what it says is what is so now. But not by one and the same that was only sent again.
_IS_OF_ANOTHER = func.coalesce(OTHER.c.repeats, OTHER.c.id) != func.coalesce(M.c.repeats, M.c.id)


def _reminds_in_vain() -> tuple[ColumnElement[bool], ...]:
    """Whether it reminds of what is so no more: something was told of the session since, or it is on another day, cancelled, or
    after the agreement's end, even if that is not told yet.
    """
    m, s, g = M.c, tables.session.c, tables.agreement.c
    is_told_since = exists().where(
        m.kind == REMINDER, OTHER.c.session == m.session, OTHER.c.person == m.person, OTHER.c.id > m.id, _IS_OF_ANOTHER
    )
    is_elsewhen = exists().where(
        m.kind == REMINDER, s.id == m.session, s.cancelled | s.first_day.is_distinct_from(m.first_day)
    )
    has_ended = exists().where(
        m.kind == REMINDER,
        s.id == m.session,
        g.programme == m.programme,
        g.party == m.party,
        g.called_back_on.is_(None),
        g.ends_on <= s.last_day,
    )
    return is_told_since, is_elsewhen, has_ended


IS_OVERTAKEN = or_(
    *there_is_another(M.c, OTHER.c, _IS_OF_ANOTHER),
    *_is_told_since(),
    *_reminds_in_vain(),
    IS_WITHDRAWN,
    is_answered(M.c, M.c.content),
)


def is_over(today: date) -> ColumnElement[bool]:
    """Whether it is about a session that was held, or whose last day is past; of a reminder, that begins. `today` is a day in Norway."""
    m, s = M.c, tables.session.c
    begins = (m.kind == REMINDER) & (s.first_day <= today)
    return exists().where(s.id == m.session, s.completed | (s.last_day < today) | begins)


async def by_time(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of these mails that are about a session that is over."""
    if not ids:
        return set()
    condition = is_over(await clock.today(connection))
    return set((await connection.execute(select(M.c.id).where(M.c.id.in_(sorted(ids)), condition))).scalars())


async def by_what_came_later(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of these mails that say what is so no more: of the same matter a later change was told, or is to be told, or the party has
    withdrawn.
    """
    if not ids:
        return set()
    return set((await connection.execute(select(M.c.id).where(M.c.id.in_(sorted(ids)), IS_OVERTAKEN))).scalars())


async def by_withdrawal(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of these mails that are not sent any more, since their party has withdrawn, as far as that is known here (R2)."""
    if not ids:
        return set()
    return set((await connection.execute(select(M.c.id).where(M.c.id.in_(sorted(ids)), IS_WITHDRAWN))).scalars())


async def asked_in_vain(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of these mails that ask somebody to sign what was called back since, or what others are to sign by now.

    As far as that is known here.
    """
    later = tables.mailing.c
    of_the_same = (
        later.programme == M.c.programme,
        later.party == M.c.party,
        later.event_id > M.c.event_id,  # events' ids sort by when they were made
    )
    is_called_back = exists().where(later.kind == CALLED_BACK, *of_the_same)
    is_told = exists().where(OTHER.c.event_id == later.event_id, OTHER.c.person == M.c.person)
    is_told = is_told.correlate(M, tables.mailing)
    is_replaced = exists().where(later.kind == AMENDED, later.addressed_at.is_not(None), *of_the_same, not_(is_told))
    asked = M.c.id.in_(sorted(ids)) & M.c.kind.in_(TO_SIGN)
    return set((await connection.execute(select(M.c.id).where(asked, is_called_back | is_replaced))).scalars())


async def told_in_vain(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of these mails that offer a place until a day that is past, or tell of a week that is."""
    if not ids:
        return set()
    condition = is_past_its_day(M.c, M.c.content, await clock.today(connection))
    return set((await connection.execute(select(M.c.id).where(M.c.id.in_(sorted(ids)), condition))).scalars())
