"""Have all programmes looked at again."""

from __future__ import annotations

from services.billing.works import ISSUE_WHAT_IS_DUE, look_again
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record


async def mark_every_programme(database: Database) -> None:
    """Done at each start, so that what a mended rule decides otherwise is issued or credited. No facts are needed."""
    async with database.transaction() as connection:
        programmes = await marks.every_key(connection, ISSUE_WHAT_IS_DUE)
        await record(connection, [fact for programme in programmes for fact in look_again(programme)])
