"""Agreements' documents: what each version says, whom it names, and the PDF that is made of it (R6)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.document import Document, document, fingerprint_of
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.programmes import repository as programmes
from services.registration.works import MAKE_DOCUMENTS
from shared import clock, kept_files, typesetting
from shared.database import insert, read_as
from shared.kept_files import KeptFile, Made, kept_file
from shared.messaging import marks, set_aside
from shared.messaging.facts import record
from shared.messaging.tables import work_mark

TEMPLATE = Path(__file__).parent / "contract.typ"
MEDIA_TYPE = "application/pdf"

a, d, n = tables.agreement.c, tables.agreement_document.c, tables.named_in_document.c


@dataclass(frozen=True, kw_only=True)
class Written:
    """A version of an agreement's document, as it is kept."""

    agreement: str
    fingerprint: str
    content: str
    written_on: date
    found_again: bool

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than what its fingerprint was taken of: somebody changed it in the database."""
        return fingerprint_of(self.content) != self.fingerprint


def name_of(agreement: str, fingerprint: str) -> str:
    """What the file of a version is kept by."""
    return f"agreements/{agreement}/{fingerprint}/avtale.pdf"


async def write(connection: AsyncConnection, it: Agreement) -> Agreement:
    """Keep what an agreement's document says now, to be made after the commit. The agreement with that version's fingerprint."""
    found = await compose(connection, it)
    await keep(connection, it.id, found)
    return replace(it, fingerprint=found.fingerprint)


async def compose(connection: AsyncConnection, it: Agreement) -> Document:
    """What an agreement's document says as all of it is now."""
    names = {one.id: one.name for one in (await people.of_ids(connection, [s.person for s in it.signatories])).values()}
    programme = await programmes.get(connection, it.programme)
    return document(it, programme, await parties.get(connection, it.party), names)


async def keep(connection: AsyncConnection, agreement: str, found: Document, *, found_again: bool = False) -> None:
    """One that says the same as one before is that one."""
    which = {"agreement": agreement, "fingerprint": found.fingerprint}
    row = which | {
        "content": found.text,
        "written_on": await clock.today(connection),
        "found_again": found_again,
    }
    # Looked for first: SQLite's trigger refuses before a conflict is seen.
    if await find(connection, agreement, found.fingerprint) is None:
        await connection.execute(insert(connection, tables.agreement_document).on_conflict_do_nothing(), [row])
    named = [which | {"person": person} for person in found.people]
    await connection.execute(insert(connection, tables.named_in_document).on_conflict_do_nothing(), named)
    await record(connection, marks.leave(MAKE_DOCUMENTS, agreement))


async def unmade(connection: AsyncConnection, agreement: str) -> list[Written]:
    """The versions of which no file is kept yet."""
    query = select(tables.agreement_document).where(d.agreement == agreement).order_by(d.fingerprint)
    found = read_as(Written, await connection.execute(query))
    kept = await kept_files.about(connection, [name_of(agreement, it.fingerprint) for it in found])
    return [it for it in found if name_of(agreement, it.fingerprint) not in kept]


def made(it: Written) -> Made:
    """The PDF of a version. It takes some milliseconds. Raises CannotTypeset, where somebody's name has a letter that no font has."""
    on = it.written_on
    data = {
        "content": json.loads(it.content),
        "fingerprint": it.fingerprint,
        "written": [on.year, on.month, on.day],
    }
    content = typesetting.pdf(TEMPLATE, data, archive="a-2a")
    return Made(name=name_of(it.agreement, it.fingerprint), media_type=MEDIA_TYPE, content=content)


async def about(connection: AsyncConnection, agreement: str, fingerprint: str) -> KeptFile | None:
    """The file of a version; None where it is not made."""
    name = name_of(agreement, fingerprint)
    return (await kept_files.about(connection, [name])).get(name)


async def find(connection: AsyncConnection, agreement: str, fingerprint: str) -> Written | None:
    """A version; None where it is lost, and its event alone tells that it was there."""
    query = select(tables.agreement_document).where(d.agreement == agreement, d.fingerprint == fingerprint)
    return next(iter(read_as(Written, await connection.execute(query))), None)


async def without_file(connection: AsyncConnection) -> list[tuple[str, str, bool]]:
    """Agreement and fingerprint of the versions of which no file is kept, and whether there was one before.

    There was, where it is neither still to be made nor set aside: in one statement, since another replica may write one meanwhile.
    """
    m = work_mark.c
    name = literal("agreements/") + d.agreement + literal("/") + d.fingerprint + literal("/avtale.pdf")  # name_of
    is_marked = exists().where(m.work == MAKE_DOCUMENTS, m.key == d.agreement, m.part.is_(None))
    was_there = ~is_marked & ~set_aside.is_part(MAKE_DOCUMENTS, d.agreement, d.fingerprint)
    query = select(d.agreement, d.fingerprint, was_there).where(~exists().where(kept_file.c.name == name))
    rows = await connection.execute(query.order_by(d.agreement, d.fingerprint))
    return [(agreement, fingerprint, bool(was)) for agreement, fingerprint, was in rows]


async def lost(connection: AsyncConnection) -> list[str]:
    """The agreements whose document as it stands is lost."""
    query = select(a.id).where(agreements.document_is_lost()).order_by(a.id)
    return list((await connection.execute(query)).scalars())


async def unsigned_that_name(connection: AsyncConnection, whom: Collection[str]) -> list[str]:
    """The agreements with a document that nobody has signed, and that name one of these: persons, parties or programmes."""
    s, one = tables.signatory.c, tables.signatory.alias("one").c
    has_signed = exists().where(one.agreement == a.id, one.signed_on.is_not(None))
    names = s.person.in_(whom) | a.party.in_(whom) | a.programme.in_(whom)
    query = (
        select(a.id)
        .distinct()
        .join(tables.signatory, s.agreement == a.id)
        .where(names, a.fingerprint.is_not(None), a.called_back_on.is_(None), a.ends_on.is_(None), ~has_signed)
        .order_by(a.id)
    )
    return list((await connection.execute(query)).scalars())


async def content(connection: AsyncConnection, it: Agreement) -> str | None:
    """What an agreement's document says as it stands; None where it has none, or that is lost."""
    query = select(d.content).where(d.agreement == it.id, d.fingerprint == it.fingerprint)
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def naming(connection: AsyncConnection, person: str) -> list[Mapping[str, Any]]:
    """The documents that name somebody, by agreement."""
    query = (
        select(n.agreement, a.programme, a.party, n.fingerprint, d.written_on)
        .join(tables.agreement, a.id == n.agreement)
        .join(tables.agreement_document, (d.agreement == n.agreement) & (d.fingerprint == n.fingerprint))
        .where(n.person == person)
        .order_by(n.agreement, d.written_on, n.fingerprint)
    )
    return [dict(it) for it in (await connection.execute(query)).mappings()]


async def last_days_of_those_naming(connection: AsyncConnection, person: str) -> dict[bool, date]:
    """The last day of the periods of all agreements with documents that name somebody, by whether anybody signed these."""
    s = tables.signatory.c
    signs_it = exists().where(s.agreement == n.agreement, s.fingerprint == n.fingerprint, s.signed_on.is_not(None))
    is_signed = (signs_it | (a.signed_on.is_not(None) & (a.fingerprint == n.fingerprint))).label("is_signed")
    naming = select(is_signed, a.period_end).join(tables.named_in_document, n.agreement == a.id)
    each = naming.where(n.person == person).subquery()
    query = select(each.c.is_signed, func.max(each.c.period_end)).group_by(each.c.is_signed)
    return {bool(signed): last_day for signed, last_day in await connection.execute(query)}
