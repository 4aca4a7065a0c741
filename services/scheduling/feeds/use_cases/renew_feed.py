"""Give a feed another address; the one before leads nowhere from now on (S6)."""

from __future__ import annotations

from services.scheduling.feeds import repository
from services.scheduling.feeds.domain.feed import Feed, renewed
from shared import seen
from shared.database import Database


async def renew_feed(database: Database, feed: Feed, number: int, *, by: str) -> Feed:
    """Have its address with this number be the newest; nothing changes where it is. Raises NotFound, Conflict or Stale."""
    async with database.transaction() as connection:
        await repository.check_is_known(connection, feed)
        standing, _, _ = await repository.newest(connection, feed, lock=True)
        if standing.number == number:
            return standing
        seen.compare(standing)
        found = renewed(standing, number)
        await repository.renew(connection, found, by=by)
        return found
