"""Contact lists, and whose is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.contact_lists.domain.contact_list import EXCHANGE, STAGES, STILL_SENT, ContactList, is_due
from services.registration.overview import repository as overview
from services.registration.overview.repository import ListedGroup
from services.registration.rows import fields
from shared.messaging.facts import Newest, Present, record

MOST = 10_000  # parties of a programme

p, a, ag = tables.programme.c, tables.application.c, tables.agreement.c
c, done = tables.contact_list.c, tables.contact_list_stage.c


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A party that takes part, with its list."""

    group: ListedGroup
    list: ContactList


async def of_programme(
    connection: AsyncConnection,
    programme: str,
    *,
    party: str | None = None,
    after: str | None = None,
    limit: int = MOST,
) -> list[Listed]:
    """Those who are accepted, by organisation number, each with its group and its list."""
    groups = await overview.groups(connection, programme, party=party, advisor=None, after=after, limit=limit)
    query = select(tables.contact_list).where(c.programme == programme)
    if limit != MOST or party is not None:
        query = query.where(c.party.in_([it.group.party for it in groups]))
    lists = {row.party: ContactList(**fields(row)) for row in await connection.execute(query)}
    return [
        Listed(group=it, list=lists.get(it.group.party, ContactList(programme=programme, party=it.group.party)))
        for it in groups
    ]


async def standing_agreements(connection: AsyncConnection, programme: str, today: date) -> set[str]:
    """The parties whose agreement was sent and has not ended by `today`."""
    query = select(ag.party).where(ag.programme == programme, _stands(today))
    return set((await connection.execute(query)).scalars())


async def due(connection: AsyncConnection, today: date, programme: str | None = None) -> list[tuple[str, str]]:
    """Programme and party of each list that is to be exchanged by itself."""
    query = (
        select(ag.programme, ag.party, ag.sent_on, p.period_start)
        .join(tables.programme, p.code == ag.programme)
        .join(tables.application, and_(a.programme == ag.programme, a.party == ag.party))
        .where(
            _stands(today),
            ~p.deleted,
            a.state == "accepted",
            p.period_start <= today + EXCHANGE,
            or_(p.period_start >= today + EXCHANGE - STILL_SENT, ag.sent_on >= today - STILL_SENT),
            ~exists().where(c.programme == ag.programme, c.party == ag.party, c.exchanged_on.is_not(None)),
        )
        .order_by(ag.programme, ag.party)
    )
    if programme is not None:
        query = query.where(ag.programme == programme)
    rows = await connection.execute(query)
    return [(it.programme, it.party) for it in rows if is_due(it.period_start, it.sent_on, today)]


async def programmes_at_a_stage(connection: AsyncConnection, today: date) -> list[str]:
    """The programmes that have come to a stage at which nobody has looked at them yet: `stage_on`, as a condition."""
    nearer = [0, *sorted(STAGES)]
    has_come = [
        and_(
            p.period_start.between(today + timedelta(days=before + 1), today + timedelta(days=stage)),
            ~exists().where(done.programme == p.code, done.stage == stage),
        )
        for before, stage in zip(nearer, sorted(STAGES), strict=False)
    ]
    query = select(p.code).where(~p.deleted, or_(*has_come)).order_by(p.code)
    return list((await connection.execute(query)).scalars())


async def is_done(connection: AsyncConnection, programme: str, stage: int) -> bool:
    query = select(done.stage).where(done.programme == programme, done.stage == stage)
    return (await connection.execute(query)).first() is not None


async def note_done(connection: AsyncConnection, programme: str, stages: Iterable[int], *, on: date) -> None:
    rows = [Present(tables.contact_list_stage, programme=programme, stage=it, done_on=on) for it in stages]
    await record(connection, rows)


async def save(connection: AsyncConnection, lists: Sequence[ContactList], *, by: str) -> None:
    """Unless one is known as new or newer."""
    await record(connection, [Newest(tables.contact_list, **vars(it), changed_by=by) for it in lists])


def _stands(today: date) -> ColumnElement[bool]:
    return ag.called_back_on.is_(None) & or_(ag.ends_on.is_(None), ag.ends_on > today)
