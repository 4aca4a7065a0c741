"""Which documents have their files, and which don't."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.documents.domain.series import Kind, part_of
from services.billing.documents.repository import TABLES
from services.billing.files.domain.file import FORMATS, Format, Issued, folder
from shared.errors import NotFound
from shared.kept_files import kept_file

SLICE = 500  # documents that are read at a time


async def lacking(connection: AsyncConnection, programme: str) -> list[Issued]:
    """A programme's documents of which a file is not there, invoices first, by number."""
    found = []
    for kind, table in TABLES.items():
        d = table.c
        missing = [not_(_is_kept(programme, kind, format)) for format in FORMATS]
        query = select(d.number, d.document_number, d.agreement).where(
            d.programme == programme, missing[0] | missing[1]
        )
        found += [
            Issued(programme=programme, kind=kind, number=number, document_number=called, agreement=agreement)
            for number, called, agreement in await connection.execute(query.order_by(d.number))
        ]
    return found


def _is_kept(programme: str, kind: Kind, format: Format) -> ColumnElement[bool]:
    """Whether a document has this file: `Issued.file`, as a condition."""
    d = TABLES[kind].c
    called = func.coalesce(d.document_number, cast(d.number, String))
    return exists().where(kept_file.c.name == literal(folder(programme, kind)) + called + literal(f".{format}"))


async def issued(connection: AsyncConnection, programme: str, kind: Kind, *, after: int) -> list[tuple[Issued, date]]:
    """The next documents of a series, by number, each with the day on which it was issued."""
    d = TABLES[kind].c
    query = select(d.number, d.document_number, d.agreement, d.issued_on).where(d.programme == programme)
    rows = await connection.execute(query.where(d.number > after).order_by(d.number).limit(SLICE))
    return [
        (Issued(programme=programme, kind=kind, number=number, document_number=called, agreement=agreement), issued_on)
        for number, called, agreement, issued_on in rows
    ]


async def delivered(connection: AsyncConnection, documents: Sequence[Issued]) -> set[str]:
    """The parts of those of one programme's documents that arrived at their payer: their files were there."""
    d = tables.delivery.c
    among_them = d.number.in_([it.number for it in documents])
    query = select(d.kind, d.number).where(d.programme == documents[0].programme, among_them, d.state == "delivered")
    return {part_of(kind, number) for kind, number in await connection.execute(query)}


async def find(connection: AsyncConnection, kind: Kind, programme: str, number: int) -> Issued:
    """Raises NotFound."""
    d = TABLES[kind].c
    query = select(d.document_number, d.agreement).where(d.programme == programme, d.number == number)
    row = (await connection.execute(query)).first()
    if row is None:
        msg = f"there is no such {kind.replace('_', ' ')}"
        raise NotFound(msg, code="no_such_document", field="number")
    document_number, agreement = row
    return Issued(programme=programme, kind=kind, number=number, document_number=document_number, agreement=agreement)


async def programmes(connection: AsyncConnection) -> Sequence[str]:
    """Those that documents were issued in: none is credited that was not invoiced."""
    return (await connection.execute(select(tables.invoice.c.programme).distinct())).scalars().all()
