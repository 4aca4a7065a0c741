"""Have documents that nobody has signed name whom they name as they are called now (R6)."""

from __future__ import annotations

from services.registration.agreements import documents
from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.document import names_others
from services.registration.agreements.use_cases.change_agreement import save_with_document
from services.registration.works import FOLLOW_NAMES, NAMES
from shared.database import Database
from shared.messaging import marks, set_aside

BY = "registration"


async def follow_names(database: Database) -> None:
    """Somebody who is to sign, the party or the programme is called otherwise: what was sent is amended, and those who sign hear of it.

    Since the first signature a document stays as it is. A later version of the wording changes none that was sent.
    """
    async for attempt in set_aside.attempts(database, FOLLOW_NAMES):
        async with attempt:
            async with database.transaction(wakes=False) as connection:
                taken = await marks.take(connection, FOLLOW_NAMES, NAMES, wait=True)
                found = await documents.unsigned_that_name(connection, taken.parts())
            for id in found:
                await _follow(database, id)
            async with database.transaction(wakes=False) as connection:
                await marks.remove(connection, taken)


async def _follow(database: Database, id: str) -> None:
    async with database.transaction() as connection:
        it = await agreements.get(connection, id, lock=True)
        before, after = await documents.content(connection, it), await documents.compose(connection, it)
        has_begun = any(one.signed_on for one in it.signatories) or it.called_back_on is not None
        if before is not None and not has_begun and names_others(before, after.text):
            await save_with_document(connection, it, by=BY)
