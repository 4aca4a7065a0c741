"""Record that someone left a group (R5)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group, without
from services.registration.groups.use_cases.change_group import change_group
from shared.database import Database


async def remove_participant(
    database: Database, programme: str, party: str, participant: str, *, on: date | None = None, by: str
) -> Group:
    """Record that a participant left; a coordinator who leaves is no longer coordinator.

    `on` is the first day without; today in Norway, where none is said. Raises NotFound, RuleBroken for the day, or Conflict.
    """

    async def rule(_: AsyncConnection, group: Group) -> Group:
        return without(group, participant)

    return await change_group(database, programme, party, rule, on=on, by=by)
