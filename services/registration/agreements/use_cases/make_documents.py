"""Make the PDFs of the documents that were written, after the commit that wrote them; each once (R6)."""

from __future__ import annotations

import asyncio

import structlog

from services.registration.agreements import documents
from services.registration.agreements import repository as agreements
from services.registration.works import MAKE_DOCUMENTS
from shared import kept_files
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.facts import record
from shared.typesetting import CannotTypeset

log = structlog.get_logger()

CANNOT_TYPESET, CONTENT_IS_CHANGED = "cannot_typeset", "content_is_changed"


async def mark_those_without_a_file(database: Database) -> None:
    """Have those made that have none: at each start, which may bring a version that can.

    Of one that was there and is gone a part says so, so that the file that is made says so too.
    """
    async with database.transaction() as connection:
        for agreement, fingerprint, was_there in await documents.without_file(connection):
            await record(connection, marks.leave(MAKE_DOCUMENTS, agreement, fingerprint if was_there else None))


async def make_documents(database: Database) -> None:
    """A version of an agreement's document that cannot be made is set aside, and seen; the others go on."""
    await _find_lost_ones_again(database)
    async for attempt in set_aside.attempts(database, MAKE_DOCUMENTS):
        async with attempt as agreement:
            await _make(database, agreement)


async def _make(database: Database, agreement: str) -> None:
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, MAKE_DOCUMENTS, agreement, wait=True)
        unmade = await documents.unmade(connection, agreement)
    were_there = set(taken.parts())
    aside: dict[str, str] = {}
    files = []
    for it in unmade:
        if it.is_changed:
            log.error("an agreement's document was changed in the database", agreement=agreement)
            aside[it.fingerprint] = CONTENT_IS_CHANGED
            continue
        try:
            # Outside of a transaction, and of the thread in which all else runs.
            files.append((it, await asyncio.to_thread(documents.made, it)))
        except CannotTypeset as error:
            # Its text may name people.
            log.error("an agreement's document cannot be set", agreement=agreement, error=type(error).__name__)  # noqa: TRY400
            aside[it.fingerprint] = CANNOT_TYPESET
    async with database.transaction() as connection:
        for it, file in files:
            made_again = it.found_again or it.fingerprint in were_there
            await kept_files.keep(connection, [file], made_again=made_again)
        await set_aside.keep(connection, MAKE_DOCUMENTS, agreement, {it.fingerprint for it in unmade}, aside)
        await marks.remove(connection, taken)


async def _find_lost_ones_again(database: Database) -> None:
    """What a document said that was lost with a database is found again once all that it says is known again: its fingerprint proves it.

    No event carries names, so that it waits until they are said anew.
    """
    async with database.reading() as connection:
        lost = await documents.lost(connection)
        found = []
        for id in lost:
            it = await agreements.get(connection, id)
            document = await documents.compose(connection, it)
            if document.fingerprint == it.fingerprint:
                found.append((id, document))
    if found:
        async with database.transaction() as connection:
            for id, document in found:
                await documents.keep(connection, id, document, found_again=True)
