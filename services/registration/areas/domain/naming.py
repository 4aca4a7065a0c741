"""Whether an application or a development plan can name a development area (R2, R11)."""

from __future__ import annotations

import re
from datetime import date

from services.registration.areas.domain.area import Area
from shared.errors import Conflict, RuleBroken

FIELD = "development_area"


def check_can_be_named(
    area: Area, branch_county: str | None, county: str | None, *, first: date, last: date, rule: str
) -> None:
    """Refuse what is surely wrong alone: what is not known of the area or of a county is no reason to.

    `first` and `last` are the first and last day of the programme's period, of which the branch's term has a day at least. Raises
    Conflict for an area that is withdrawn, or RuleBroken for another county's, or of a term that has no day in the period.
    """
    if area.withdrawn:
        msg = "the development area is withdrawn"
        raise Conflict(msg, code="area_is_withdrawn", rule=rule, field=FIELD)
    if not may_be_the_same_county(branch_county, county):
        msg = f"the development area is adopted in {branch_county}, and the party lies in {county}"
        raise RuleBroken(msg, code="area_of_another_county", rule=rule, field=FIELD)
    if (area.last_day and area.last_day < first) or (area.first_day and area.first_day > last):
        msg = f"the development area is adopted for {area.first_day} to {area.last_day}, and the programme is {first} to {last}"
        raise RuleBroken(
            msg,
            code="area_of_another_term",
            rule=rule,
            field=FIELD,
            values={"first": area.first_day, "last": area.last_day},
        )


def may_be_the_same_county(one: str | None, other: str | None) -> bool:
    """Whether two names may be one county's. It may have several, in Norwegian and Sami: *Troms – Romsa – Tromssa*."""
    if one is None or other is None:
        return True
    return not _names(one).isdisjoint(_names(other))


def _names(county: str) -> set[str]:
    return {it.strip().casefold() for it in re.split(r"\s[-–—]\s|/", county)}
