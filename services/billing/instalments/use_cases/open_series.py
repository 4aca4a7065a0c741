"""Give a programme its number series."""

from __future__ import annotations

from services.billing.documents import repository as documents
from shared.database import Database


async def open_series(database: Database, programme: str) -> None:
    """Add those that the programme does not have yet.

    In a transaction of its own: an insert waits for another replica's insert of the same row, and must not hold the
    programme's lock meanwhile.
    """
    async with database.reading() as connection:
        if not await documents.missing_series(connection, programme):
            return
    async with database.transaction() as connection:
        await documents.add_series(connection, programme)
