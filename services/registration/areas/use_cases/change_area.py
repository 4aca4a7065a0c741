"""Change a development area, or withdraw it (R2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.registration.areas import repository as areas
from services.registration.areas.domain.area import Area, check_adopts, check_term
from services.registration.parties import repository as parties
from shared import seen
from shared.database import Database
from shared.errors import Conflict


async def change_area(database: Database, id: str, changes: dict[str, Any], *, by: str) -> Area:
    """Change the fields of an area that `changes` has: an earlier last day ends it. Who names it goes on naming it.

    Raises NotFound, RuleBroken, Stale, or Conflict for another branch than the one that adopted it.
    """
    async with database.transaction() as connection:
        before = await areas.get(connection, id, lock=True)
        after = replace(before, **changes)
        if after == before:
            return before
        seen.compare(before)
        if after.county_branch != before.county_branch:
            if before.county_branch is not None:
                msg = "another branch has adopted the area; register it anew with that one"
                raise Conflict(msg, code="area_of_another_branch", rule="R2", field="county_branch")
            check_adopts(await parties.get(connection, str(after.county_branch), lock=True))
        check_term(after)
        after = replace(after, version=before.version + 1)
        await areas.save(connection, after, by=by)
        return after


async def withdraw_area(database: Database, id: str, *, by: str) -> Area:
    """Have nobody name the area from now on; who names it already goes on naming it. Withdrawn twice is withdrawn once.

    Raises NotFound or Stale.
    """
    return await change_area(database, id, {"withdrawn": True}, by=by)
