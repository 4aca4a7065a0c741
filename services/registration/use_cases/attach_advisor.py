"""Attach one of the council's advisors to a party (R8)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.domain.group import Group
from services.registration.repository import people
from services.registration.use_cases.change_group import change_group
from shared.database import Database
from shared.errors import NotFound
from shared.events import registration as events


async def attach_advisor(database: Database, programme: str, party: str, advisor: str, *, by: str) -> Group:
    """In the place of the one before. Raises NotFound or Conflict."""

    async def rule(connection: AsyncConnection, group: Group) -> Group:
        if not await people.is_advisor(connection, advisor):
            msg = "there is no such advisor"
            raise NotFound(msg, rule="R8", field="advisor")
        return replace(group, advisor=advisor)

    return await change_group(database, programme, party, rule, happened=events.ADVISOR_ATTACHED, by=by)
