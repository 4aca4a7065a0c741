"""Mailings: mails to be written because of one event, until they have their recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.content import Agreement
from services.notifications.letters.domain.kinds import AMENDED, MATTERS, WITHDRAWN, language
from services.notifications.letters.overtaken import is_answered
from services.notifications.mailings.domain.mailing import Mailing
from shared.messaging.marks import Marks


async def waiting(connection: AsyncConnection, code: str, marks: Marks) -> list[Mailing]:
    """The programme's waiting mailings that these marks are on, once programme and party are known."""
    m, programme, party, a = tables.mailing, tables.programme, tables.party, tables.application.c
    withdrawn = exists().where(a.programme == m.c.programme, a.party == m.c.party, a.state == WITHDRAWN)
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
            is_answered(m.c.kind, m.c.party, m.c.about).label("is_answered"),
        )
        .join(programme, programme.c.code == m.c.programme)
        .join(party, party.c.organisation_number == m.c.party)
        .where(m.c.addressed_at.is_(None), m.c.programme == code, marked)
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
            party_name=row.party_name,
            official_name=row.official_name,
            party_kind=row.party_kind,
            language=language(row.language_form),
            refused=row.refused,
            is_withdrawn=row.is_withdrawn,
            is_answered=bool(row.is_answered),
        )
        for row in await connection.execute(query)
    ]
    return [replace(it, before=await _before(connection, it)) if it.kind == AMENDED else it for it in found]


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


async def claim(connection: AsyncConnection, mailing: Mailing, *, at: datetime) -> bool:
    """Record that this transaction queues the mailing's letters; False where another one has done so."""
    m = tables.mailing
    statement = update(m).where(m.c.kind == mailing.kind, m.c.event_id == mailing.event_id, m.c.addressed_at.is_(None))
    return (await connection.execute(statement.values(addressed_at=at))).rowcount == 1


async def note_refusal(connection: AsyncConnection, mailing: Mailing, reason: str) -> None:
    """Have it be seen why a mailing cannot be written."""
    m = tables.mailing
    which = (m.c.kind == mailing.kind) & (m.c.event_id == mailing.event_id)
    await connection.execute(update(m).where(which).values(refused=reason))


async def give_up(connection: AsyncConnection, event_id: str, *, at: datetime, by: str) -> None:
    """Have the waiting mailings of an event be written no more."""
    m = tables.mailing
    waits = (m.c.event_id == event_id) & m.c.addressed_at.is_(None)
    await connection.execute(update(m).where(waits).values(addressed_at=at, given_up_by=by))
