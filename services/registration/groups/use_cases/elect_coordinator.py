"""Record whom a group elected as its coordinator (R5)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group, electing
from services.registration.groups.domain.history import since
from services.registration.groups.use_cases.change_group import change_group, check_has_address
from shared.database import Database


async def elect_coordinator(
    database: Database, programme: str, party: str, participant: str, *, on: date | None = None, by: str
) -> Group:
    """Record the election; the coordinator before is no longer one.

    `on` is the day from which that is so; today in Norway, where none is said. Said of who is coordinator already, it corrects
    the day that was recorded. Raises NotFound, RuleBroken or Conflict.
    """

    async def rule(connection: AsyncConnection, group: Group) -> Group:
        after = electing(group, participant)
        await check_has_address(connection, after)
        if after == group and on is not None:
            return since(group, "coordinator", on)
        return after

    return await change_group(database, programme, party, rule, on=on, by=by)
