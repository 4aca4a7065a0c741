"""Correct what was recorded of a participant: the role, whom they represent, and since when they take part (R3, R5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups.domain.group import Group
from services.registration.groups.domain.history import joined
from services.registration.groups.use_cases.change_group import change_group
from shared.database import Database


async def correct_participant(
    database: Database,
    programme: str,
    party: str,
    participant: str,
    changes: dict[str, Any],
    *,
    joined_on: date | None = None,
    by: str,
) -> Group:
    """Correct the fields that `changes` has, and the day, where it is said. Raises NotFound, RuleBroken or Conflict."""

    async def rule(_: AsyncConnection, group: Group) -> Group:
        found = group.with_participant(replace(group.participant(participant), **changes))
        return joined(found, participant, joined_on) if joined_on else found

    return await change_group(database, programme, party, rule, on=joined_on, by=by)
