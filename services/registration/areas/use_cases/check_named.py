"""Look whether a development area can be named: a step of what names one (R2, R11)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.areas import repository as areas
from services.registration.areas.domain.naming import check_can_be_named
from services.registration.parties.domain.party import Party


async def check_named(
    connection: AsyncConnection, id: str, party: Party, *, first: date, last: date, rule: str
) -> None:
    """`first` and `last` are the first and last day of the programme's period.

    Raises NotFound, RuleBroken for an area of another county or term, or Conflict for one that is withdrawn.
    """
    found = await areas.shown(connection, id)
    check_can_be_named(found.area, found.county, party.county, first=first, last=last, rule=rule)
