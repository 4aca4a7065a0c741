"""Contact lists, and whose is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.contact_lists.domain.contact_list import (
    EXCHANGE,
    STAGES,
    STILL_SENT,
    ContactList,
    does,
    is_done,
    is_due,
    stage_on,
)
from services.registration.overview import repository as overview
from services.registration.overview.repository import ListedGroup
from services.registration.rows import fields
from shared.database import insert
from shared.messaging.facts import Newest, record

MOST = 10_000  # parties of a programme

p, a, ag, g = tables.programme.c, tables.application.c, tables.agreement.c, tables.party_group.c
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
        select(
            *(ag.programme, ag.party, ag.sent_on, p.period_start, c.exchanged_on),
            (and_(c.group_version == g.version, c.programme_version == p.version)).label("is_same"),
        )
        .join(tables.programme, p.code == ag.programme)
        .join(tables.application, and_(a.programme == ag.programme, a.party == ag.party))
        .outerjoin(tables.contact_list, and_(c.programme == ag.programme, c.party == ag.party))
        .outerjoin(tables.party_group, and_(g.programme == ag.programme, g.party == ag.party))
        .where(
            _stands(today),
            ~p.deleted,
            p.closed_on.is_(None),
            a.state == "accepted",
            p.period_start <= today + EXCHANGE,
            or_(p.period_start >= today + EXCHANGE - STILL_SENT, ag.sent_on >= today - STILL_SENT),
        )
        .order_by(ag.programme, ag.party)
    )
    if programme is not None:
        query = query.where(ag.programme == programme)
    return [
        (it.programme, it.party)
        for it in await connection.execute(query)
        if is_due(it.period_start, it.sent_on, today)
        and not does(it.exchanged_on, it.period_start, is_same=bool(it.is_same))
    ]


async def programmes_at_a_stage(connection: AsyncConnection, today: date, programme: str | None = None) -> list[str]:
    """The programmes that have come to a stage at which nobody has looked at them yet, or this one where it has."""
    near = p.period_start.between(today + timedelta(days=1), today + timedelta(days=max(STAGES)))
    query = (
        select(p.code, p.period_start, done.stage, done.done_on)
        .outerjoin(tables.contact_list_stage, done.programme == p.code)
        .where(~p.deleted, p.closed_on.is_(None), near, p.code == programme if programme is not None else true())
    )
    starts: dict[str, date] = {}
    done_on: dict[tuple[str, int], date] = {}
    for row in await connection.execute(query):
        starts[row.code] = row.period_start
        if row.stage is not None:
            done_on[row.code, row.stage] = row.done_on
    return [
        code
        for code, start in sorted(starts.items())
        if (stage := stage_on(start, today)) is not None and not is_done(start, stage, done_on.get((code, stage)))
    ]


async def note_done(connection: AsyncConnection, programme: str, stage: int, *, on: date) -> None:
    """That stage, and those before it."""
    statement = insert(connection, tables.contact_list_stage)
    later = statement.excluded.done_on
    statement = statement.on_conflict_do_update(
        index_elements=[done.programme, done.stage], set_={"done_on": later}, where=done.done_on < later
    )
    rows = [{"programme": programme, "stage": it, "done_on": on} for it in STAGES if it >= stage]
    await connection.execute(statement, rows)


async def save(connection: AsyncConnection, lists: Sequence[ContactList], *, by: str) -> None:
    """Unless one is known as new or newer."""
    await record(connection, [Newest(tables.contact_list, **vars(it), changed_by=by) for it in lists])


def _stands(today: date) -> ColumnElement[bool]:
    return ag.called_back_on.is_(None) & or_(ag.ends_on.is_(None), ag.ends_on > today)
