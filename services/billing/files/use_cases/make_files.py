"""Make the files of documents that have none, after they were issued and never in that transaction.

Driven by marks, which say that a programme has documents to be looked at; what is made is what those that are issued lack. Run
again, or by two replicas at once, it changes nothing: of a file that is kept already the first stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import structlog

from services.billing.documents import repository as documents
from services.billing.documents.domain.content import Content
from services.billing.files import repository as files
from services.billing.files.domain.contact import Contact
from services.billing.files.domain.file import MEDIA_TYPES, Issued
from services.billing.files.ehf import ehf
from services.billing.files.pdf import pdf
from services.billing.works import MAKE_FILES, OF_START, make_files_after_start
from shared import kept_files
from shared.database import Database
from shared.errors import Refused
from shared.kept_files import Made
from shared.messaging import marks, set_aside
from shared.messaging.facts import record
from shared.transient import is_transient
from shared.typesetting import CannotTypeset

log = structlog.get_logger()

SLICE = 5  # documents whose files are kept in one transaction: bounds memory, and how long a mail waits for the first
CANNOT_TYPESET, CANNOT_BE_READ, FAILED = "cannot_typeset", "content_is_unreadable", "failed"


class Outcome(NamedTuple):
    files: list[Made]
    why: str | None  # what could not be made is missing, as a code


async def mark_all(database: Database) -> None:
    """Have every programme's documents looked at; done at each start, which may bring a version that makes what none could."""
    async with database.transaction() as connection:
        found = await files.programmes(connection)
        await record(connection, [fact for programme in found for fact in make_files_after_start(programme)])


async def make_all_files(database: Database, contact: Contact) -> None:
    """Work off all marks; a programme that fails holds up no other."""
    async for attempt in set_aside.attempts(database, MAKE_FILES):
        async with attempt as programme:
            await make_files(database, programme, contact)


async def make_files(database: Database, programme: str, contact: Contact) -> None:
    """Make what a programme's documents lack. One that no file can be made of is set aside, until the next start."""
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, MAKE_FILES, programme, wait=False)
    if not taken:
        return
    told = set(taken.parts())
    async with database.reading() as connection:
        lacking = await files.lacking(connection, programme)
        aside = await set_aside.reasons(connection, MAKE_FILES, programme)
    if OF_START not in told:
        lacking = [it for it in lacking if it.part not in aside]
    for some in _slices(lacking):
        await _make(database, some, contact, again=told)
    async with database.transaction(wakes=False) as connection:
        await marks.remove(connection, taken)


async def _make(database: Database, some: Sequence[Issued], contact: Contact, *, again: set[str]) -> None:
    """`again` has the parts of those whose files were there before."""
    found = [(it, await _outcome(database, it, contact)) for it in some]
    async with database.transaction() as connection:  # which has delivered what waits for its files
        # What arrived had its files, unless they could not be made until now.
        was_aside = await set_aside.reasons(connection, MAKE_FILES, some[0].programme)
        lost = again | (await files.delivered(connection, some) - was_aside.keys())
        for it, outcome in found:
            await kept_files.keep(connection, outcome.files, made_again=it.part in lost)
        aside = {it.part: why for it, (_, why) in found if why is not None}
        await set_aside.keep(connection, MAKE_FILES, some[0].programme, {it.part for it in some}, aside)


async def _outcome(database: Database, it: Issued, contact: Contact) -> Outcome:
    """What can be made of one; whatever is wrong with it holds up no other."""
    try:
        async with database.reading() as connection:
            content = await documents.content(connection, it.kind, it.programme, it.number)
            known = await kept_files.content(connection, it.file("xml"))
        return await asyncio.to_thread(made_of, it, content, contact, known)
    except Refused as lost:
        return Outcome([], lost.code)
    except Exception as error:
        if is_transient(error):
            raise
        # Alone: what was raised may name people.
        log.error("no file can be made of a document", document=it.part, error=type(error).__name__)  # noqa: TRY400
        return Outcome([], CANNOT_BE_READ if isinstance(error, ValueError) else FAILED)


def made_of(it: Issued, content: Content, contact: Contact, known: bytes | None) -> Outcome:
    """The files of a document, as far as they can be made; `known` is its EHF where that is kept.

    Where no EHF can be made, its PDF is made without one.
    """
    found: list[Made] = []
    why = None
    xml = known
    if xml is None:
        try:
            xml = ehf(content, agreement=it.agreement, contact=contact)
        except Refused as refused:
            why = refused.code
        else:
            found.append(Made(name=it.file("xml"), media_type=MEDIA_TYPES["xml"], content=xml))
    try:
        made = pdf(content, called=it.called, ehf=xml, contact=contact)
    except CannotTypeset:
        # Neither: a PDF that comes later has the EHF of that day inside.
        log.exception("a document cannot be set", programme=it.programme, document=it.part)
        return Outcome([], CANNOT_TYPESET)
    return Outcome([*found, Made(name=it.file("pdf"), media_type=MEDIA_TYPES["pdf"], content=made)], why)


def _slices(all: Sequence[Issued]) -> Iterator[Sequence[Issued]]:
    return (all[start : start + SLICE] for start in range(0, len(all), SLICE))
