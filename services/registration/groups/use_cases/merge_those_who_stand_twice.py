"""Have those be one whom the version before knew by party: the same name and address is the same person (N1)."""

from __future__ import annotations

import structlog

from services.registration.groups.use_cases.correct_person import correct_person
from services.registration.people import repository as people
from shared.database import Database
from shared.errors import Conflict, NotFound

log = structlog.get_logger()

BY = "registration"


async def merge_those_who_stand_twice(database: Database) -> None:
    """Each in a transaction of its own, in which their groups are told of: who had two calendar entries loses one.

    Done at the start, since the version before may add some until its last instance is gone. Two who both take part in one
    group stay two, until one of them is removed.
    """
    async with database.transaction() as connection:
        for it in await people.not_found_by_search(connection):
            await people.save(connection, it, by=BY)
    async with database.reading() as connection:
        found = await people.standing_twice(connection)
    for id in found:
        try:
            await correct_person(database, id, {}, merge=True, by=BY)
        except (Conflict, NotFound) as refused:  # or somebody has just seen to it
            log.warning("two who have one name and address stay two", person=id, why=str(refused))
