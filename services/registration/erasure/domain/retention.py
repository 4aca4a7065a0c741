"""Whose time is over: people whom nothing needs, so many days after the last that they had to do with (N2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from services.registration.people.domain.person import Person
from services.registration.people.domain.pointing import Pointing


@dataclass(frozen=True, kw_only=True)
class Due:
    """Somebody whose time is over. `last_day` is the last day of all that they had to do with; none where nothing points to them."""

    person: Person
    last_day: date | None


def due(person: Person, pointing: Collection[Pointing], *, is_advisor: bool, days: int, today: date) -> Due | None:
    """None for whose time is not over, and for who was erased. `today` is a day in Norway.

    An advisor whom no party has had is not known to be superfluous.
    """
    if person.erased or (not pointing and is_advisor):
        return None
    last_days = [it.last_day for it in pointing if it.last_day is not None]
    last_day = max(last_days, default=None)
    if last_day is not None and today <= last_day + timedelta(days=days):
        return None
    return Due(person=person, last_day=last_day)
