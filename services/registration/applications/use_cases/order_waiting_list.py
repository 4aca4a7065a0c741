"""Put a programme's waiting list in order, as a whole (R2)."""

from __future__ import annotations

from collections.abc import Sequence

from services.registration.applications import repository as applications
from services.registration.applications.domain.waiting_list import ordered
from services.registration.applications.use_cases.number_waiting_list import number_waiting_list
from services.registration.programmes import repository as programmes
from shared import seen
from shared.database import Database


async def order_waiting_list(database: Database, programme: str, order: Sequence[str], *, by: str) -> None:
    """`order` names the applications of the whole queue, and of those out of it who are put back.

    Where it stands so already nothing is told. Raises NotFound, RuleBroken or Stale.
    """
    async with database.transaction() as connection:
        await programmes.get(connection, programme, lock=True)
        standing = await applications.waiting(connection, programme)
        queue = ordered(standing, order)
        if [it.id for it in queue] != [it.id for it in standing.queue]:
            seen.compare(standing)
        await number_waiting_list(connection, programme, queue=queue, by=by)
