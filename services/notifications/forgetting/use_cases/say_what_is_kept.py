"""Answer what is kept of somebody: `rpc.notifications.person`."""

from __future__ import annotations

from services.notifications.forgetting import repository
from shared.contracts.questions import KeptOfPerson, WhatIsKeptOfPerson
from shared.database import Database


async def say_what_is_kept(database: Database, question: WhatIsKeptOfPerson) -> KeptOfPerson:
    """Nothing of somebody who is not known here."""
    async with database.reading() as connection:
        return await repository.kept_of(connection, question.person, after=question.after)
