"""Mailings: mails to be written because of one event, until they have their recipients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.kinds import language
from services.notifications.mailings.domain.mailing import Mailing


class Mark(NamedTuple):
    """Waiting mailings are to be looked at: those of this programme and party, none standing for any."""

    id: int
    programme: str | None
    party: str | None

    def is_on(self, mailing: Mailing) -> bool:
        return self.programme in (None, mailing.programme) and self.party in (None, mailing.party)


async def marks(connection: AsyncConnection, *, after: int, limit: int) -> list[Mark]:
    m = tables.mailing_mark
    query = select(m.c.id, m.c.programme, m.c.party).where(m.c.id > after).order_by(m.c.id).limit(limit)
    return [Mark(*row) for row in await connection.execute(query)]


async def remove_marks(connection: AsyncConnection, marks: Collection[Mark]) -> None:
    statement = delete(tables.mailing_mark).where(tables.mailing_mark.c.id == bindparam("mark_id"))
    if marks:
        await connection.execute(statement, [{"mark_id": mark.id} for mark in marks])


async def count_marks(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.count()).select_from(tables.mailing_mark))).scalar_one()


async def waiting(connection: AsyncConnection, marks: Sequence[Mark]) -> list[Mailing]:
    """The waiting mailings that these marks are on and whose programme and party are known."""
    m, programme, party = tables.mailing, tables.programme, tables.party
    on = {(mark.programme, mark.party): mark for mark in marks}
    query = (
        select(
            m,
            programme.c.name.label("programme_name"),
            party.c.name.label("party_name"),
            party.c.official_name,
            party.c.kind.label("party_kind"),
            party.c.language_form,
        )
        .join(programme, programme.c.code == m.c.programme)
        .join(party, party.c.organisation_number == m.c.party)
        .where(m.c.addressed_at.is_(None), or_(*(_on(mark) for mark in on.values())))
        .order_by(m.c.happened_at, m.c.event_id)
    )
    return [
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
        )
        for row in await connection.execute(query)
    ]


def _on(mark: Mark) -> ColumnElement[bool]:
    m = tables.mailing
    if mark.programme is None:
        return m.c.party == mark.party
    if mark.party is None:
        return m.c.programme == mark.programme
    return (m.c.programme == mark.programme) & (m.c.party == mark.party)


async def claim(connection: AsyncConnection, mailing: Mailing, *, at: datetime) -> bool:
    """Have this transaction be the one that addresses the mailing; False where another one did."""
    m = tables.mailing
    statement = update(m).where(m.c.kind == mailing.kind, m.c.event_id == mailing.event_id, m.c.addressed_at.is_(None))
    return (await connection.execute(statement.values(addressed_at=at))).rowcount == 1
