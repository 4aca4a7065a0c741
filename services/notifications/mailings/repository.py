"""Mailings: mails to be written because of one event, until they have their recipients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, func, not_, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.content import About, Agreement, MailingContent, Plan, PlanSession
from services.notifications.letters.domain.kinds import (
    AMENDED,
    MATTERS,
    NO_PARTY,
    OF_THE_PLAN,
    PLAN_PUBLISHED,
    PLAN_REVISED,
    WITHDRAWN,
    language,
)
from services.notifications.letters.overtaken import Columns, is_answered, is_past_its_day
from services.notifications.mailings.domain.mailing import Mailing
from shared import clock
from shared.messaging.facts import Fact, Present
from shared.messaging.marks import Marks


async def waiting(connection: AsyncConnection, code: str, marks: Marks) -> list[Mailing]:
    """The programme's waiting mailings that these marks are on, once programme and party are known; some are about no party."""
    m, programme, party, a = tables.mailing, tables.programme, tables.party, tables.application.c
    withdrawn = exists().where(a.programme == m.c.programme, a.party == m.c.party, a.state == WITHDRAWN)
    is_too_late = is_past_its_day(m.c, m.c.about, await clock.today(connection))
    marked = true() if marks.on_all else m.c.party.in_(marks.parts())
    query = (
        select(
            m,
            programme.c.name.label("programme_name"),
            party.c.name.label("party_name"),
            party.c.official_name,
            party.c.kind.label("party_kind"),
            party.c.language_form,
            withdrawn.label("is_withdrawn"),
            or_(is_answered(m.c, m.c.about), func.coalesce(is_too_late, false())).label("is_answered"),
        )
        .join(programme, programme.c.code == m.c.programme)
        .outerjoin(party, party.c.organisation_number == m.c.party)
        .where(m.c.addressed_at.is_(None), m.c.programme == code, marked)
        .where(or_(party.c.name.is_not(None), m.c.party == NO_PARTY))
        .order_by(m.c.happened_at, m.c.event_id)
    )
    found = [
        Mailing(
            kind=row.kind,
            event_id=row.event_id,
            programme=row.programme,
            party=row.party,
            about=contents.read_about(row.kind, row.about),
            happened_at=row.happened_at,
            programme_name=row.programme_name,
            party_name=row.party_name or "",
            official_name=row.official_name or "",
            party_kind=row.party_kind or "",
            language=language(row.language_form),
            refused=row.refused,
            is_withdrawn=row.is_withdrawn,
            is_answered=bool(row.is_answered),
        )
        for row in await connection.execute(query)
    ]
    return [replace(it, before=await _before(connection, it)) if it.kind == AMENDED else it for it in found]


async def programmes_of_mailboxes(connection: AsyncConnection, parties: Collection[str]) -> list[tuple[str, str]]:
    """Programme and party where invoices went to an address of one of these parties that is no person's.

    Such a mail names the party where others name the person.
    """
    m = tables.mail.c
    query = select(m.programme, m.party).distinct().where(m.person.in_(sorted(parties)), m.person == m.party)
    return [(row.programme, row.party) for row in await connection.execute(query)]


async def _before(connection: AsyncConnection, mailing: Mailing) -> Agreement | None:
    """An amended agreement as its party was told of it last. Events' ids sort by when they were made."""
    m = tables.mailing.c
    kinds = next(it for it in MATTERS if AMENDED in it)
    query = select(m.kind, m.about).where(
        m.programme == mailing.programme,
        m.party == mailing.party,
        m.kind.in_(kinds),
        m.event_id < mailing.event_id,
    )
    row = (await connection.execute(query.order_by(m.event_id.desc()).limit(1))).first()
    before = contents.read_about(row.kind, row.about).agreement if row and row.about else None
    now = mailing.about.agreement
    return before if before and now and before.id == now.id else None


async def waiting_of_parties(connection: AsyncConnection, parties: Sequence[str]) -> list[tuple[str, str]]:
    """Programme and party of the mailings to these parties that wait."""
    m = tables.mailing.c
    query = select(m.programme, m.party).where(m.addressed_at.is_(None), m.party.in_(parties)).distinct()
    return [(row.programme, row.party) for row in await connection.execute(query)]


async def untold_of_plan(connection: AsyncConnection, programme: str, parties: Collection[str] | None) -> list[Fact]:
    """A mailing about the plan as it stands for each of these parties (None: of all) that is accepted and has none.

    None where its agreement has ended, and none about a plan from before plans were published. It tells of a change where the
    party has had a mail about the plan: a mailing may have been overtaken before it had letters, and these before they were sent.
    """
    a, p, m, g = tables.application.c, tables.plan.c, tables.mailing.c, tables.agreement.c
    of_party = (m.programme == a.programme, m.party == a.party)
    is_told = exists().where(*of_party, m.event_id == p.event_id)
    today = await clock.today(connection)
    has_ended = exists().where(
        g.programme == a.programme, g.party == a.party, g.called_back_on.is_(None), g.ends_on <= today
    )
    mail = tables.mail.c
    was_written_to = exists().where(
        mail.programme == a.programme, mail.party == a.party, mail.kind.in_(OF_THE_PLAN), _was_had(mail)
    )
    query = (
        select(a.party, p.event_id, p.happened_at, p.revision, p.reason, was_written_to.label("was_written_to"))
        .join(tables.plan, p.programme == a.programme)
        .where(
            a.programme == programme,
            a.state == "accepted",
            p.event_id.is_not(None),
            not_(is_told),
            not_(has_ended),
            true() if parties is None else a.party.in_(sorted(parties)),
        )
    )
    return [
        Present(
            tables.mailing,
            kind=PLAN_REVISED if row.was_written_to else PLAN_PUBLISHED,
            event_id=row.event_id,
            programme=programme,
            party=row.party,
            about=contents.store_about(About(plan=Plan(revision=row.revision, reason=row.reason))),
            happened_at=row.happened_at,
        )
        for row in await connection.execute(query)
    ]


def _was_had(mail: Columns) -> ColumnElement[bool]:
    """Whether it was sent, or is just being sent: one about a plan that is only queued is overtaken by the next."""
    return or_(mail.state == "sent", mail.leased_until.is_not(None))


async def last_plans(
    connection: AsyncConnection, programme: str, parties: Collection[str]
) -> dict[str, tuple[PlanSession, ...]]:
    """By party, the plan as it was told last, where that is known: by a mail that was sent, and still says it."""
    m = tables.mail.c
    newest = (
        select(func.max(m.id))
        .where(
            m.programme == programme,
            m.party.in_(sorted(parties)),
            m.kind.in_(OF_THE_PLAN),
            _was_had(m),
            m.address != "",  # else what it said is gone
        )
        .group_by(m.party)
    )
    found = {}
    for row in await connection.execute(select(m.party, m.kind, m.content).where(m.id.in_(newest))):
        content = contents.read(row.kind, row.content) if row.content else None
        if isinstance(content, MailingContent) and content.plan:
            found[row.party] = content.plan.sessions
    return found


async def written_to(connection: AsyncConnection, event_id: str) -> set[str]:
    """The addresses, in small letters, and the ids of those who were written to because of an event."""
    m = tables.mail.c
    query = select(m.person, m.address).where(m.event_id == event_id)
    return {it for row in await connection.execute(query) for it in (row.person, row.address.lower()) if it}


async def claim(connection: AsyncConnection, those: Collection[Mailing], *, at: datetime) -> set[tuple[str, str, str]]:
    """Record that this transaction queues these mailings' letters, and return the keys of those for which no other one has done so."""
    m = tables.mailing.c
    keys = sorted(it.key for it in those)
    statement = update(tables.mailing).where(m.event_id.in_(sorted({it[1] for it in keys})), m.addressed_at.is_(None))
    statement = statement.where(tuple_(m.kind, m.event_id, m.party).in_(keys)).values(addressed_at=at)
    returned = await connection.execute(statement.returning(m.kind, m.event_id, m.party))
    return {(row.kind, row.event_id, row.party) for row in returned}


async def note_refusal(connection: AsyncConnection, mailing: Mailing, reason: str) -> None:
    """Have it be seen why a mailing cannot be written."""
    m = tables.mailing
    which = (m.c.kind == mailing.kind) & (m.c.event_id == mailing.event_id) & (m.c.party == mailing.party)
    await connection.execute(update(m).where(which).values(refused=reason))


async def give_up(connection: AsyncConnection, event_id: str, *, at: datetime, by: str) -> None:
    """Have the waiting mailings of an event be written no more."""
    m = tables.mailing
    waits = (m.c.event_id == event_id) & m.c.addressed_at.is_(None)
    await connection.execute(update(m).where(waits).values(addressed_at=at, given_up_by=by))
