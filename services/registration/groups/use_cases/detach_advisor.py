"""Have a party be without an advisor, until another is attached (R8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group
from services.registration.groups.use_cases.change_group import change_group
from shared.contracts import registration as events
from shared.database import Database


async def detach_advisor(database: Database, programme: str, party: str, *, on: date | None = None, by: str) -> Group:
    """A group without one is left as it is.

    `on` is the first day without; today in Norway, where none is said. Raises NotFound, RuleBroken for the day, or Conflict for
    a party that is not accepted.
    """

    async def rule(_: AsyncConnection, group: Group) -> Group:
        return replace(group, advisor=None)

    return await change_group(database, programme, party, rule, happened=events.ADVISOR_DETACHED, on=on, by=by)
