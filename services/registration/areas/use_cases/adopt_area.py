"""Record that a county branch has adopted a development area (R2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.areas import repository as areas
from services.registration.areas.domain.area import Area, check_adopts, check_term
from services.registration.parties import repository as parties
from shared.database import Database
from shared.errors import Conflict
from shared.ids import new_id


async def adopt_area(
    database: Database, branch: str, *, name: str, description: str | None, first_day: date, last_day: date, by: str
) -> Area:
    """The same area for the same term twice is one; one that was withdrawn is the same again.

    `first_day` and `last_day` of the term are days in Norway. Raises NotFound, RuleBroken, or Conflict where it says another thing.
    """
    given = Area(
        id=new_id(),
        version=1,
        county_branch=branch,
        name=name,
        description=description,
        first_day=first_day,
        last_day=last_day,
    )
    check_term(given)
    async with database.transaction() as connection:
        check_adopts(await parties.get(connection, branch, lock=True))
        for it in await areas.all_of(connection, branch):
            standing = it.area
            if (standing.name, standing.first_day) != (name, first_day):
                continue
            same = replace(given, id=standing.id, version=standing.version)
            if standing == same:
                return standing
            if standing.withdrawn:
                again = replace(same, version=standing.version + 1)
                await areas.save(connection, again, by=by)
                return again
            msg = "the branch has adopted an area of this name from this day, with other content; change that one"
            raise Conflict(msg, code="area_is_adopted_already", rule="R2", field="name")
        await areas.add(connection, given, by=by)
        return given
