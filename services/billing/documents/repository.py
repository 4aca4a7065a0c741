"""Invoices, credit notes and the series that number them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, CursorResult, Integer, Table, and_, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.books import BookedCreditNote, BookedInvoice
from services.billing.documents.domain.content import Content
from services.billing.documents.domain.credit_note import BY_HAND, CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.series import Kind, series_id
from services.billing.occasions.repository import party_name
from shared.among import among
from shared.clock import database_now
from shared.database import insert, read_as
from shared.errors import Conflict, NotFound, RuleBroken
from shared.messaging.missing import Missing

CONTENT = TypeAdapter(Content)
TABLES: dict[Kind, Table] = {"invoice": tables.invoice, "credit_note": tables.credit_note}

INVOICES = select(
    *(tables.invoice.c[name] for name in Invoice.__dataclass_fields__ if name != "credited_by"),
    tables.credit_note.c.number.label("credited_by"),
    # Only of those that were issued before their days were kept beside it.
    case((tables.invoice.c.delivered_from.is_(None), tables.invoice.c.content)).label("content"),
).outerjoin(
    tables.credit_note,
    (tables.credit_note.c.programme == tables.invoice.c.programme)
    & (tables.credit_note.c.invoice == tables.invoice.c.number),
)


def _link(kind: Kind) -> ColumnElement[str | None]:
    c, d = tables.chain.c, TABLES[kind].c
    query = select(c.link).where(c.programme == d.programme, c.kind == kind, c.number == d.number)
    return query.scalar_subquery().label("link")


# Built once: of a statement that stays the same SQLAlchemy keeps what it knows it by.
PAGE_OF_INVOICES = (
    INVOICES.add_columns(party_name(tables.invoice.c.party), _link("invoice"))
    .where(tables.invoice.c.programme == bindparam("programme"), tables.invoice.c.number > bindparam("after"))
    .order_by(tables.invoice.c.number)
    .limit(bindparam("limit", type_=Integer))
)
CREDIT_NOTES = select(*(tables.credit_note.c[name] for name in CreditNote.__dataclass_fields__))
NAMED_CREDIT_NOTES = CREDIT_NOTES.add_columns(party_name(tables.credit_note.c.party), _link("credit_note"))


@dataclass(frozen=True, kw_only=True)
class NamedInvoice(Invoice):
    party_name: str | None  # none where it is not known here yet
    link: str | None  # in the chain over its series; none until who issues next adds it


@dataclass(frozen=True, kw_only=True)
class NamedCreditNote(CreditNote):
    party_name: str | None
    link: str | None


OfInvoices = TypeVar("OfInvoices", bound=Invoice)


class TakenNumbers(NamedTuple):
    series_ordinal: int
    numbers: range


class Totals(NamedTuple):
    documents: int
    amount_ore: int
    first_number: int | None
    last_number: int | None


async def missing_series(connection: AsyncConnection, programme: str) -> list[str]:
    """The ids of those that the programme lacks."""
    s = tables.series
    ids = [series_id(programme, kind) for kind in TABLES]
    there = set((await connection.execute(select(s.c.id).where(s.c.id.in_(ids)))).scalars())
    return [id for id in ids if id not in there]


async def add_series(connection: AsyncConnection, programme: str) -> None:
    """Add those of the programme's two series that are not there. The database counts up the ordinal.

    One that has documents already was recovered from events that did not name its ordinal: it goes on with a new one.
    """
    statement = insert(connection, tables.series).on_conflict_do_nothing()
    missing = await missing_series(connection, programme)
    for kind in TABLES:
        if (id := series_id(programme, kind)) in missing:
            row = {"id": id, "last_number": await last_number(connection, programme, kind)}
            await connection.execute(statement, row)


async def restore_series(connection: AsyncConnection, programme: str, kind: Kind, ordinal: int) -> None:
    """Make a programme's series with the ordinal that it had. One that is there stays as it is.

    Raises RuleBroken where another series has the ordinal.
    """
    s = tables.series
    id = series_id(programme, kind)
    ids: dict[int, str] = {row.ordinal: row.id for row in await connection.execute(select(s.c.ordinal, s.c.id))}
    if id in ids.values():
        return
    if ordinal in ids:
        msg = f"it names the ordinal {ordinal}, which is that of {ids[ordinal]}"
        raise RuleBroken(msg, code="ordinal_of_another_series", rule="B8", field="series")
    row = {"ordinal": ordinal, "id": id, "last_number": await last_number(connection, programme, kind)}
    await connection.execute(s.insert(), row)
    if connection.dialect.name == "postgresql":  # which counts beside the table
        highest = select(func.max(s.c.ordinal)).scalar_subquery()
        await connection.execute(select(func.setval(func.pg_get_serial_sequence("series", "ordinal"), highest)))


async def counted(connection: AsyncConnection, programme: str, kind: Kind) -> int | None:
    """How far the counter of a series is; None where there is no such series."""
    s = tables.series.c
    query = select(s.last_number).where(s.id == series_id(programme, kind))
    return (await connection.execute(query)).scalar_one_or_none()


async def last_number(connection: AsyncConnection, programme: str, kind: Kind) -> int:
    """Of the documents that are issued; 0 where there is none."""
    d = TABLES[kind].c
    return (await connection.execute(select(func.max(d.number)).where(d.programme == programme))).scalar() or 0


async def lock_series(connection: AsyncConnection, programme: str) -> None:
    """Lock a programme's two series until the end of the transaction, that of the invoices first."""
    s = tables.series
    for kind in TABLES:
        query = select(s.c.ordinal).where(s.c.id == series_id(programme, kind))
        await connection.execute(query.with_for_update())


async def take_numbers(connection: AsyncConnection, programme: str, kind: Kind, count: int) -> TakenNumbers:
    """The next numbers of a series, for documents that the same transaction adds.

    Its row stays locked until the end of the transaction: who comes next waits, and where this one is rolled back takes the
    same numbers. A sequence of the database would leave a gap, which bokføringsforskriften § 5-1-3 forbids.

    Raises ValueError where its counter is not at the last document: someone has changed it by hand, and issuing would leave
    a gap.
    """
    s = tables.series
    query = select(s.c.ordinal, s.c.last_number).where(s.c.id == series_id(programme, kind)).with_for_update()
    row = (await connection.execute(query)).one()
    last_issued = await last_number(connection, programme, kind)
    if row.last_number != last_issued:
        msg = f"{series_id(programme, kind)} counts {row.last_number}, and its last document is number {last_issued}"
        raise ValueError(msg)
    return TakenNumbers(row.ordinal, range(last_issued + 1, last_issued + count + 1))


async def add_invoices(
    connection: AsyncConnection, invoices: Sequence[Invoice], contents: Sequence[Content | None]
) -> None:
    """Insert invoices of one programme, each with its content as issued; none where it is lost."""
    await _add(connection, "invoice", invoices, contents)


async def add_credit_notes(
    connection: AsyncConnection, notes: Sequence[CreditNote], contents: Sequence[Content | None]
) -> None:
    """The same of credit notes."""
    await _add(connection, "credit_note", notes, contents)


async def _add(
    connection: AsyncConnection,
    kind: Kind,
    documents: Sequence[Invoice] | Sequence[CreditNote],
    contents: Sequence[Content | None],
) -> None:
    """The counter of their series comes last: on SQLite the database refuses one that is ahead of what is issued."""
    await connection.execute(TABLES[kind].insert(), _rows(documents, contents))
    s = tables.series
    counted = update(s).where(s.c.id == series_id(documents[0].programme, kind))
    await connection.execute(counted.values(last_number=max(it.number for it in documents)))


async def add_deliveries(
    connection: AsyncConnection,
    kind: Kind,
    documents: Sequence[Invoice] | Sequence[CreditNote],
    event_ids: Sequence[str],
    *,
    tries: int = 0,
) -> None:
    """Have documents be delivered, in the transaction that issues them: none can be forgotten. Each with its event's id.

    `tries` is more than none of those that are recovered: an access point may have them already.
    """
    now = await database_now(connection)
    them: Sequence[Invoice | CreditNote] = documents
    rows = [
        {
            "id": id,
            "programme": it.programme,
            "kind": kind,
            "number": it.number,
            "document_number": it.document_number or str(it.number),
            "party": it.party,
            "version": 0,
            "state": "held",
            "submission": id,
            "accepted": False,
            "tries": tries,
            "try_at": now,
            "changed_at": now,
        }
        for id, it in zip(event_ids, them, strict=True)
    ]
    await connection.execute(insert(connection, tables.delivery).on_conflict_do_nothing(), rows)


async def of_agreements(
    connection: AsyncConnection, agreements: Sequence[Agreement], *, are_consecutive: bool
) -> dict[str, list[Invoice]]:
    """All that was ever invoiced for these agreements, by agreement's id. The agreements come in the order of their ids.

    `are_consecutive` says that no agreement of the programme is left out between the first and the last. Then a range of ids
    is asked for, which is quicker than thousands of them. Invoices of another programme may lie in that range and come along,
    unused: with the programme as a further condition, SQLite would look through all of the programme's invoices instead.
    """
    agreement = tables.invoice.c.agreement
    if are_consecutive:
        query = INVOICES.where(agreement >= agreements[0].id, agreement <= agreements[-1].id)
    else:
        query = INVOICES.where(among(agreement, (it.id for it in agreements)))
    return _by_agreement(await connection.execute(query))


async def of_programme(connection: AsyncConnection, programme: str) -> dict[str, list[Invoice]]:
    """All that was ever invoiced in a programme, by agreement."""
    return _by_agreement(await connection.execute(INVOICES.where(tables.invoice.c.programme == programme)))


async def invoices(
    connection: AsyncConnection, programme: str, *, party: str | None = None, after: int, limit: int
) -> list[NamedInvoice]:
    """A programme's invoices by number; those to a party, where one is said."""
    query = PAGE_OF_INVOICES if party is None else PAGE_OF_INVOICES.where(tables.invoice.c.party == party)
    wanted = {"programme": programme, "after": after, "limit": limit}
    return _invoices(await connection.execute(query, wanted), NamedInvoice)


async def credit_notes(
    connection: AsyncConnection, programme: str, *, party: str | None = None, after: int, limit: int
) -> list[NamedCreditNote]:
    """A programme's credit notes by number; those to a party, where one is said."""
    c = tables.credit_note.c
    query = NAMED_CREDIT_NOTES.where(c.programme == programme, c.number > after).order_by(c.number).limit(limit)
    if party is not None:
        query = query.where(c.party == party)
    return read_as(NamedCreditNote, await connection.execute(query))


async def named_credit_note(connection: AsyncConnection, note: CreditNote) -> NamedCreditNote:
    """A credit note with its party's name."""
    c = tables.credit_note.c
    query = NAMED_CREDIT_NOTES.where(c.programme == note.programme, c.number == note.number)
    (found,) = read_as(NamedCreditNote, await connection.execute(query))
    return found


async def content(connection: AsyncConnection, kind: Kind, programme: str, number: int) -> Content:
    """A document's content as issued. Raises NotFound, or Conflict where it is lost or cannot be read."""
    table = TABLES[kind]
    query = select(table.c.content).where(table.c.programme == programme, table.c.number == number)
    row = (await connection.execute(query)).first()
    if row is None:
        msg = f"there is no such {kind.replace('_', ' ')}"
        raise NotFound(msg, code="no_such_document", field="number")
    if row.content is None:
        msg = "what it says is lost: it was issued before events carried it"
        raise Conflict(msg, code="content_is_lost", field="number")
    try:
        return CONTENT.validate_json(row.content)
    except ValidationError:
        # Without what it says of the content, which names people.
        msg = "what it says cannot be read: it was changed in the database"
        raise Conflict(msg, code="content_is_unreadable", field="number") from None


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Documents whose content is lost, or the event that made a credit note necessary: told before events carried these."""
    found = []
    for kind, table in TABLES.items():
        columns = ["content"] if kind == "invoice" else ["content", "because"]
        is_lost = or_(*(_is_lost(table, name) for name in columns))
        every = select(table, *(_is_lost(table, name).label(f"{name}_is_lost") for name in columns)).where(is_lost)
        for row in await connection.execute(every):
            lost = tuple(name for name in columns if getattr(row, f"{name}_is_lost"))
            id = f"{series_id(row.programme, kind)}/{row.number}"
            found.append(Missing(entity=kind, id=id, programme=row.programme, party=row.party, fields=lost))
    return found


def _is_lost(table: Table, column: str) -> ColumnElement[bool]:
    """No event made a credit note necessary that somebody asked for."""
    is_none = table.c[column].is_(None)
    return and_(is_none, table.c.reason.not_in(BY_HAND)) if column == "because" else is_none


async def credit_note_of(connection: AsyncConnection, invoice: Invoice) -> CreditNote:
    """The one that takes back an invoice that is credited."""
    c = tables.credit_note.c
    query = CREDIT_NOTES.where(c.programme == invoice.programme, c.invoice == invoice.number)
    (note,) = read_as(CreditNote, await connection.execute(query))
    return note


async def find_invoice(connection: AsyncConnection, programme: str, number: int) -> Invoice | None:
    i = tables.invoice
    query = INVOICES.where(i.c.programme == programme, i.c.number == number)
    return next(iter(_invoices(await connection.execute(query), Invoice)), None)


async def credited_twice(connection: AsyncConnection, programme: str) -> list[int]:
    """The numbers of invoices that more than one credit note takes back, which a unique key refuses."""
    c = tables.credit_note.c
    query = select(c.invoice).where(c.programme == programme).group_by(c.invoice).having(func.count() > 1)
    return list((await connection.execute(query.order_by(c.invoice))).scalars())


async def billed(connection: AsyncConnection, programme: str, numbers: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Invoices as their rows, without their content, by number."""
    i = tables.invoice.c
    query = select(*(it for it in i if it is not i.content)).where(i.programme == programme, among(i.number, numbers))
    return {row["number"]: dict(row) for row in (await connection.execute(query)).mappings()}


async def contents(connection: AsyncConnection, invoices: Sequence[Invoice]) -> dict[int, Content | None]:
    """The contents of invoices of one programme, as issued, by number; none where it is lost."""
    i = tables.invoice
    numbers = [it.number for it in invoices]
    query = select(i.c.number, i.c.content).where(i.c.programme == invoices[0].programme, i.c.number.in_(numbers))
    rows = await connection.execute(query)
    return {row.number: CONTENT.validate_json(row.content) if row.content else None for row in rows}


async def booked_invoices(connection: AsyncConnection, programme: str) -> list[BookedInvoice]:
    i = tables.invoice
    query = select(i.c.number, i.c.party, i.c.instalment, i.c.amount_ore).where(i.c.programme == programme)
    return [BookedInvoice(*row) for row in await connection.execute(query)]


async def booked_credit_notes(connection: AsyncConnection, programme: str) -> list[BookedCreditNote]:
    c = tables.credit_note
    query = select(c.c.number, c.c.invoice, c.c.amount_ore, c.c.because, c.c.reason.in_(BY_HAND)).where(
        c.c.programme == programme
    )
    return [BookedCreditNote(*row) for row in await connection.execute(query)]


async def parties(connection: AsyncConnection, programme: str) -> list[str]:
    """The organisation numbers of those who have an agreement in a programme."""
    a = tables.agreement.c
    query = select(a.party).where(a.programme == programme, a.called_back_on.is_(None))
    return list((await connection.execute(query)).scalars())


async def totals(connection: AsyncConnection, kind: Kind, programme: str) -> Totals:
    """How many documents of a kind there are, what they come to in øre, and their first and last number."""
    t = TABLES[kind]
    query = select(func.count(), func.coalesce(func.sum(t.c.amount_ore), 0), func.min(t.c.number), func.max(t.c.number))
    row = (await connection.execute(query.where(t.c.programme == programme))).one()
    return Totals(row[0], int(row[1]), row[2], row[3])


def _invoices(rows: CursorResult[Any], kind: type[OfInvoices]) -> list[OfInvoices]:
    """Rows of INVOICES. Their columns are taken by name once, which is quicker: thousands are read at a time."""
    names = list(rows.keys())
    found = []
    for row in rows.all():
        told = dict(zip(names, row, strict=True))
        content = told.pop("content")
        if content is not None:
            said = CONTENT.validate_json(content)
            told |= {"delivered_from": said.delivered_from, "delivered_to": said.delivered_to}
        found.append(kind(**told))
    return found


def _by_agreement(rows: CursorResult[Any]) -> dict[str, list[Invoice]]:
    found: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in _invoices(rows, Invoice):
        found[invoice.agreement].append(invoice)
    return found


def _rows(
    documents: Sequence[Invoice] | Sequence[CreditNote], contents: Sequence[Content | None]
) -> list[dict[str, Any]]:
    rows = [
        vars(it) | {"content": CONTENT.dump_json(content).decode() if content else None}
        for it, content in zip(documents, contents, strict=True)
    ]
    for row in rows:
        row.pop("credited_by", None)  # comes from the credit note's own row
    return rows
