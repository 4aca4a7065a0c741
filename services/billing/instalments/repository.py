"""Agreements, each with the party that pays; and the programmes that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.documents.domain.agreement import Agreement, Buyer, Programme
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared.among import among
from shared.messaging import set_aside
from shared.messaging.marks import Marks

_A, _P = tables.agreement.c, tables.party.c
AGREEMENTS = select(
    *(_A.id, _A.event_id, _A.party, _A.fee_ore, _A.payer_reference, _A.order_reference, _A.accounting_cost),
    *(_A.signed_on, _A.ends_on),
    *(_P.organisation_number, _P.name, _P.street, _P.postal_code, _P.city, _P.language_form, _P.invoice_endpoint),
).outerjoin(tables.party, _P.organisation_number == _A.party)


class Slice(NamedTuple):
    """A part of what is walked through, by id."""

    agreements: list[Agreement]
    after: str | None  # the id that the next slice begins after; none: this was the last slice


async def programme(connection: AsyncConnection, code: str) -> Programme | None:
    """A programme; None until its own event has come."""
    p = tables.programme
    row = (await connection.execute(select(p.c.code, p.c.name, p.c.days_to_pay).where(p.c.code == code))).first()
    return None if row is None else Programme(code=row.code, name=row.name, days_to_pay=row.days_to_pay)


async def closed_programmes(connection: AsyncConnection) -> set[str]:
    p = tables.programme.c
    return set((await connection.execute(select(p.code).where(p.closed_on.is_not(None)))).scalars())


async def nothing_is_due(connection: AsyncConnection, programme: str) -> bool:
    """Whether no agreement of a programme need be looked at: nothing is held or released in it, and nothing was issued or set aside.

    So it is for as long as agreements are sent and signed, each of which leaves a mark.
    """
    s, r, i, a = tables.session.c, tables.release.c, tables.invoice.c, tables.approval.c
    there_is = or_(
        exists().where(s.programme == programme, s.state == "completed", s.instalment.is_not(None)),
        exists().where(r.programme == programme),
        exists().where(i.programme == programme),
        exists().where(a.programme == programme),
        set_aside.has_parts(ISSUE_WHAT_IS_DUE, programme),
    )
    return not (await connection.execute(select(there_is))).scalar_one()


async def marked(connection: AsyncConnection, programme: str, marks: Marks, *, after: str, limit: int) -> Slice:
    """The next agreements, by id, that a mark is on.

    They are asked for by the ids in the marks and not by a join: a planner might look through all agreements for a few marks.
    """
    a = tables.agreement.c
    if marks.on_all:
        query = AGREEMENTS.where(a.programme == programme, a.id > after).order_by(a.id).limit(limit)
        found = [_agreement(row) for row in await connection.execute(query)]
        return Slice(found, found[-1].id if len(found) == limit else None)
    ids = marks.parts(after=after, limit=limit)
    return Slice(await of_ids(connection, ids), ids[-1] if len(ids) == limit else None)


async def of_ids(connection: AsyncConnection, ids: Sequence[str]) -> list[Agreement]:
    """These agreements by id; not more than a database takes in one statement."""
    query = AGREEMENTS.where(among(tables.agreement.c.id, ids)).order_by(tables.agreement.c.id)
    return [_agreement(row) for row in await connection.execute(query)]


async def of_programme(connection: AsyncConnection, programme: str) -> list[Agreement]:
    """A programme's agreements by party, without those that were called back."""
    a = tables.agreement.c
    query = AGREEMENTS.where(a.programme == programme, a.called_back_on.is_(None)).order_by(a.party)
    return [_agreement(row) for row in await connection.execute(query)]


async def ids_of_parties(connection: AsyncConnection, parties: Iterable[str]) -> list[tuple[str, str]]:
    """Programme and id of each agreement of these parties, as far as it is committed."""
    a = tables.agreement
    query = select(a.c.programme, a.c.id).where(a.c.party.in_(sorted(set(parties)))).order_by(a.c.id)
    return [(row.programme, row.id) for row in await connection.execute(query)]


def _agreement(row: Sequence[Any]) -> Agreement:
    """A row of AGREEMENTS. Its columns are taken by position, which is quicker: thousands are read at a time."""
    id, event_id, party, fee_ore, payer_reference, order_reference, accounting_cost, signed_on, ends_on = row[:9]
    number, name, street, postal_code, city, language_form, invoice_endpoint = row[9:]
    buyer = None
    if number is not None:
        buyer = Buyer(
            organisation_number=number,
            name=name,
            street=street,
            postal_code=postal_code,
            city=city,
            language_form=language_form,
            endpoint=invoice_endpoint,
        )
    return Agreement(
        id=id,
        event_id=event_id,
        party=party,
        buyer=buyer,
        fee_ore=fee_ore,
        payer_reference=payer_reference,
        order_reference=order_reference,
        accounting_cost=accounting_cost,
        signed_on=signed_on,
        ends_on=ends_on,
    )
