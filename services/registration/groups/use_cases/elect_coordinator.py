"""Record whom a group elected as its coordinator (R5)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group, electing
from services.registration.groups.use_cases.change_group import change_group
from shared.database import Database


async def elect_coordinator(database: Database, programme: str, party: str, participant: str, *, by: str) -> Group:
    """Record the election; the coordinator before is no longer one. Raises NotFound, RuleBroken or Conflict."""

    async def rule(_: AsyncConnection, group: Group) -> Group:
        return electing(group, participant)

    return await change_group(database, programme, party, rule, by=by)
