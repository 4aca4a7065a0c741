"""Those whose time is over: who they are, and erased when an administrator says so (N2)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.erasure import repository
from services.registration.erasure.domain.receipt import Erasure
from services.registration.erasure.domain.retention import Due, due
from services.registration.erasure.use_cases.erase_person import erase_person
from services.registration.people import repository as people
from shared import clock
from shared.database import Database
from shared.errors import Conflict

SLICE = 500  # people a query


async def whose_time_is_over(database: Database, *, days: int | None) -> list[Due]:
    """By id; nobody where people are kept without an end (`days` is none)."""
    if days is None:
        return []
    async with database.reading() as connection:
        return await _due(connection, days=days)


async def keep_no_longer(database: Database, count: int, *, days: int | None, by: str) -> list[Erasure]:
    """Erase all whose time is over, each in a transaction of its own.

    Raises Conflict, and erases nobody, where they are not as many as whoever asks has seen.
    """
    found = await whose_time_is_over(database, days=days)
    if len(found) != count:
        msg = f"the time of {len(found)} is over by now; look at the list anew"
        raise Conflict(msg, code="others_are_due", rule="N2", field="count", values={"count": len(found)})
    return [await erase_person(database, it.person.id, "time_is_over", by=by) for it in found]


async def _due(connection: AsyncConnection, *, days: int) -> list[Due]:
    today = await clock.today(connection)
    found: list[Due] = []
    after = ""
    while some := await repository.everybody(connection, after=after, limit=SLICE):
        pointing = await people.pointing_to(connection, [it.id for it, _ in some])
        for person, is_advisor in some:
            one = due(person, pointing[person.id], is_advisor=is_advisor, days=days, today=today)
            found += [one] if one else []
        after = some[-1][0].id
    return found
