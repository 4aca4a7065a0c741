"""Have failed mails tried again together."""

from __future__ import annotations

from services.notifications.letters import repository as mails
from services.notifications.letters.domain.letter import Failed, Requeued
from shared.database import Database


async def retry_mails(database: Database, which: Failed, *, by: str) -> Requeued:
    """Queue failed mails as if they were new. What a later mail has overtaken, is over or lost, stays as it is."""
    async with database.transaction() as connection:
        return await mails.requeue_all(connection, which, by=by)
