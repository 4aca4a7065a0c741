"""Answer which calendar somebody may subscribe to: `rpc.scheduling.feed`."""

from __future__ import annotations

from services.scheduling.feeds import repository
from services.scheduling.feeds.addresses import Addresses
from services.scheduling.feeds.domain.feed import feed_of
from shared.contracts.questions import FeedAddress, WhatFeed
from shared.database import Database


async def say_what_feed(addresses: Addresses, database: Database, question: WhatFeed) -> FeedAddress:
    """The newest address of the calendar of who is this party's advisor, and else of the party (S6).

    Raises NotFound for a programme or party that is not known yet.
    """
    if not addresses.are_there:
        return FeedAddress(address=None)
    programme, party = question.programme, question.party
    async with database.reading() as connection:
        if await repository.is_advisor(connection, question.person, programme=programme, party=party):
            feed = feed_of("advisor", question.person)
        else:
            feed = feed_of("party", f"{programme}.{party}")
        await repository.check_is_known(connection, feed)
        newest, _, _ = await repository.newest(connection, feed)
    return FeedAddress(address=addresses.of(newest))
