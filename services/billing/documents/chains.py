"""The links that stand beside invoices and credit notes. Whoever adds one holds the lock of its series."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import func, literal, select, tuple_, union, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.documents.domain.chain import link
from services.billing.documents.domain.content import Content
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.series import Kind, series_id
from services.billing.documents.domain.verification import Issued
from services.billing.documents.repository import TABLES
from shared.among import among
from shared.errors import RuleBroken

SLICE = 1_000  # documents that are read at a time
NOT_JSON: Mapping[str, Any] = {}  # stands for a content that cannot be read

Said: TypeAlias = tuple[
    Mapping[str, Any], Mapping[str, Any] | None
]  # a document's row, and its content; none where lost


class Series(NamedTuple):
    programme: str
    kind: Kind
    ordinal: int | None
    last_number: int | None


class End(NamedTuple):
    """Where the links of a series end."""

    number: int  # of the last document that has one; 0 where none has
    link: str | None


async def extend(
    connection: AsyncConnection,
    kind: Kind,
    documents: Sequence[Invoice | CreditNote],
    contents: Sequence[Content | None],
) -> list[str]:
    """Add the links of documents of one series that are about to be added to it, in their order; returns them.

    What stands there without a link gets its own first: the version before, which knows none, may issue beside this one.
    """
    programme = documents[0].programme
    end = await _end(connection, programme, kind)
    while unlinked := await _after(connection, programme, kind, end.number):
        end = await _add(connection, kind, end, unlinked)
    said = [_said(it, content) for it, content in zip(documents, contents, strict=True)]
    links = _links(end, kind, said)
    await _insert(connection, kind, said, links)
    return links


async def adopt(
    connection: AsyncConnection, kind: Kind, document: Invoice | CreditNote, content: Content | None, told: str | None
) -> None:
    """Add the link of a document that an event brings back, and that is about to be added to its series.

    Where the content of one before it is lost, so is what its link was: then the one that is told is taken at its word,
    and where none is told it is left to the next one, or to who issues next.

    Raises RuleBroken for a link that is told and is not what the documents come to (B8).
    """
    if told is None and content is None:
        return
    end = await _end(connection, document.programme, kind)
    before: list[Said] = []
    while some := await _after(connection, document.programme, kind, before[-1][0]["number"] if before else end.number):
        before += some
    one_is_lost = any(content is None for _, content in before)
    said = [*before, _said(document, content)]
    links = _links(end, kind, said)
    if told == links[-1] or (told is None and not one_is_lost):
        await _insert(connection, kind, said, links)
    elif told is not None and one_is_lost:
        await _insert(connection, kind, said[-1:], [told])
    elif told is not None:
        msg = "its link is not what it and the documents before it come to"
        raise RuleBroken(msg, code="link_does_not_fit", rule="B8", field="link")


async def issued(connection: AsyncConnection, programme: str, kind: Kind, *, after: int) -> list[Issued]:
    """The next documents of a series, by number, each with its link."""
    table, c = TABLES[kind], tables.chain.c
    beside = (c.programme == table.c.programme) & (c.kind == kind) & (c.number == table.c.number)
    query = select(table, c.link).outerjoin(tables.chain, beside).where(table.c.programme == programme)
    rows = await connection.execute(query.where(table.c.number > after).order_by(table.c.number).limit(SLICE))
    return [_issued(dict(row)) for row in rows.mappings()]


def _issued(row: dict[str, Any]) -> Issued:
    link, content = row.pop("link"), row["content"]
    try:
        read = None if content is None else json.loads(content)
    except ValueError:
        read = NOT_JSON
    is_readable = read is None or (isinstance(read, dict) and read is not NOT_JSON)
    return Issued(row, read if is_readable else NOT_JSON, link, is_readable)


async def series(connection: AsyncConnection, *, after: str | None, limit: int) -> list[Series]:
    """All that there are, those too of which a document or a link alone is left; `after` is `<programme>/<kind>`."""
    known = []
    for kind, table in TABLES.items():
        ends = series_id("", kind)
        s, c = tables.series.c, tables.chain.c
        there = union(
            select(func.substr(s.id, 1, func.length(s.id) - len(ends)).label("programme")).where(s.id.endswith(ends)),
            select(table.c.programme),
            select(c.programme).where(c.kind == kind),
        ).subquery()
        known.append(
            select(there.c.programme, literal(kind).label("kind"), s.ordinal, s.last_number).select_from(
                there.outerjoin(tables.series, s.id == there.c.programme + ends)
            )
        )
    every = union_all(*known).subquery()
    key = every.c.programme, every.c.kind
    query = select(every).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(tuple_(*key) > tuple(after.rpartition("/")[::2]))
    return [Series(*row) for row in await connection.execute(query)]


async def links(connection: AsyncConnection, programme: str, kind: Kind, numbers: Collection[int]) -> dict[int, str]:
    """Those that documents of a series have, by number."""
    c = tables.chain.c
    query = select(c.number, c.link).where(c.programme == programme, c.kind == kind, among(c.number, numbers))
    return {row.number: row.link for row in await connection.execute(query)}


async def without_document(connection: AsyncConnection, programme: str, kind: Kind) -> dict[int, str]:
    """Links of a series beside which no document stands, by number; of very many, some."""
    table, c = TABLES[kind], tables.chain.c
    beside = (c.programme == table.c.programme) & (c.number == table.c.number)
    query = select(c.number, c.link).outerjoin(table, beside).where(c.programme == programme, c.kind == kind)
    rows = await connection.execute(query.where(table.c.number.is_(None)).order_by(c.number).limit(10 * SLICE))
    return {row.number: row.link for row in rows}


async def _end(connection: AsyncConnection, programme: str, kind: Kind) -> End:
    c = tables.chain.c
    query = select(c.number, c.link).where(c.programme == programme, c.kind == kind).order_by(c.number.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return End(row.number, row.link) if row else End(0, None)


async def _after(connection: AsyncConnection, programme: str, kind: Kind, number: int) -> list[Said]:
    """The next documents of a series, by number."""
    table = TABLES[kind]
    query = select(table).where(table.c.programme == programme, table.c.number > number).order_by(table.c.number)
    rows = (await connection.execute(query.limit(SLICE))).mappings()
    return [(row, json.loads(row["content"]) if row["content"] is not None else None) for row in map(dict, rows)]


async def _add(connection: AsyncConnection, kind: Kind, end: End, said: Sequence[Said]) -> End:
    links = _links(end, kind, said)
    await _insert(connection, kind, said, links)
    return End(said[-1][0]["number"], links[-1])


def _said(document: Invoice | CreditNote, content: Content | None) -> Said:
    return vars(document), vars(content) if content else None


def _links(end: End, kind: Kind, said: Sequence[Said]) -> list[str]:
    links, before = [], end.link
    for document, content in said:
        before = link(before, kind, document, content)
        links.append(before)
    return links


async def _insert(connection: AsyncConnection, kind: Kind, said: Sequence[Said], links: Sequence[str]) -> None:
    rows = [
        {"programme": document["programme"], "kind": kind, "number": document["number"], "link": link}
        for (document, _), link in zip(said, links, strict=True)
    ]
    await connection.execute(tables.chain.insert(), rows)
