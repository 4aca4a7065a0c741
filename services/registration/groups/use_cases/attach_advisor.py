"""Attach one of the council's advisors to a party (R8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group
from services.registration.groups.domain.history import since
from services.registration.groups.use_cases.change_group import change_group
from services.registration.people import repository as people
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import NotFound


async def attach_advisor(
    database: Database, programme: str, party: str, advisor: str, *, on: date | None = None, by: str
) -> Group:
    """Attach an advisor, in the place of the one before.

    `on` is the day from which that is so; today in Norway, where none is said. Said of who is attached already, it corrects the
    day that was recorded. Raises NotFound, RuleBroken for the day, or Conflict for that or for a party that is not accepted.
    """

    async def rule(connection: AsyncConnection, group: Group) -> Group:
        if not await people.is_advisor(connection, advisor):
            msg = "there is no such advisor"
            raise NotFound(msg, code="no_such_advisor", rule="R8", field="advisor")
        if advisor == group.advisor and on is not None:
            return since(group, "advisor", on)
        return replace(group, advisor=advisor)

    return await change_group(database, programme, party, rule, happened=events.ADVISOR_ATTACHED, on=on, by=by)
