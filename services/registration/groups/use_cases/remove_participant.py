"""Record that someone left a group (R5)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group, without
from services.registration.groups.use_cases.change_group import change_group
from shared.database import Database


async def remove_participant(database: Database, programme: str, party: str, participant: str, *, by: str) -> Group:
    """Record that a participant left; a coordinator who leaves is no longer coordinator. Raises NotFound or Conflict."""

    async def rule(_: AsyncConnection, group: Group) -> Group:
        return without(group, participant)

    return await change_group(database, programme, party, rule, by=by)
