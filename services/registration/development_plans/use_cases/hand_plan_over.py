"""Hand a party's development plan over to its successor: a step of carrying an agreement over, and of taking that in (R12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.development_plans import repository as plans
from services.registration.development_plans.domain.plan import Plan, handed_over


async def hand_plan_over(
    connection: AsyncConnection, programme: str, predecessor: str, successor: str, *, at: datetime, by: str
) -> tuple[Plan, ...]:
    """Both plans as they are then, to be told of; none where the predecessor has none. What stood before goes with it.

    Under the programme's lock.
    """
    before = await plans.of_party(connection, programme, predecessor)
    if before.version == 0:
        return ()
    standing = await plans.of_party(connection, programme, successor)
    emptied, goes_on = handed_over(before, standing)
    await plans.hand_versions_over(connection, programme, predecessor, successor, after=standing.version)
    await plans.add(connection, replace(emptied, changed_at=at, changed_by=by))
    return emptied, goes_on
