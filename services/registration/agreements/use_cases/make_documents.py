"""Make the PDFs of the documents that were written, after the commit that wrote them; each once (R6)."""

from __future__ import annotations

import asyncio

from services.registration.agreements import documents
from services.registration.agreements import repository as agreements
from services.registration.works import MAKE_DOCUMENTS
from shared import kept_files
from shared.database import Database
from shared.messaging import marks, set_aside


async def make_documents(database: Database) -> None:
    """An agreement whose document cannot be made is set aside, and seen; the others go on."""
    await _find_lost_ones_again(database)
    async for attempt in set_aside.attempts(database, MAKE_DOCUMENTS):
        async with attempt as agreement:
            await _make(database, agreement)


async def _make(database: Database, agreement: str) -> None:
    async with database.transaction(wakes=False) as connection:
        taken = await marks.take(connection, MAKE_DOCUMENTS, agreement, wait=True)
        unmade = await documents.unmade(connection, agreement)
    # Outside of a transaction, and of the thread in which all else runs.
    files = [(it, await asyncio.to_thread(documents.made, it)) for it in unmade]
    async with database.transaction() as connection:
        for it, file in files:
            await kept_files.keep(connection, [file], made_again=it.found_again)
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
