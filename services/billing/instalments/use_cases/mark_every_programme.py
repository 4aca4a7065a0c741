"""Have all open programmes looked at again."""

from __future__ import annotations

from services.billing.instalments import repository as agreements
from services.billing.works import ISSUE_WHAT_IS_DUE, look_after_start
from shared.database import Database
from shared.messaging import marks
from shared.messaging.facts import record


async def mark_every_programme(database: Database) -> None:
    """Mark every programme but those that are closed; done at each start. News of a closed one leaves its own mark.

    A new version may have a mended rule: what it decides otherwise is issued or credited, without a new fact, or waits for an
    approval where it is much.
    """
    async with database.transaction() as connection:
        closed = await agreements.closed_programmes(connection)
        programmes = [it for it in await marks.every_key(connection, ISSUE_WHAT_IS_DUE) if it not in closed]
        await record(connection, [fact for programme in programmes for fact in look_after_start(programme)])
