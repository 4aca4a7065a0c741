"""Give a feed another address; the one before leads nowhere from now on (S6)."""

from __future__ import annotations

from dataclasses import replace

from services.scheduling.feeds import repository
from services.scheduling.feeds.domain.feed import Feed
from shared import seen
from shared.database import Database


async def renew_feed(database: Database, feed: Feed, *, by: str) -> Feed:
    """Whatever number `feed` has. Raises NotFound or Stale."""
    async with database.transaction() as connection:
        await repository.check_is_known(connection, feed)
        standing, _, _ = await repository.newest(connection, feed, lock=True)
        seen.compare(standing)
        found = replace(standing, number=standing.number + 1)
        await repository.renew(connection, found, by=by)
        return found
