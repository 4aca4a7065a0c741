"""Days that a programme keeps clear of, as school holidays: each county has its own, so they are data of the programme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from services.scheduling.circumstances.domain.plan_warning import PlanWarning, days_of
from services.scheduling.sessions.domain.session import Session
from shared.errors import RuleBroken


@dataclass(frozen=True, kw_only=True)
class Avoided:
    """Days in a row, in Norway, and why."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, kw_only=True)
class DaysToAvoid:
    """All of a programme's, in order."""

    programme: str
    version: int = 0  # before anything was said
    days: tuple[Avoided, ...] = ()


def in_order(days: Iterable[Avoided]) -> tuple[Avoided, ...]:
    """Raises RuleBroken for days that end before they begin."""
    found = sorted(set(days), key=lambda it: (it.first, it.last, it.why))
    for it in found:
        if it.last < it.first:
            msg = "the last day is before the first"
            raise RuleBroken(msg, code="ends_before_it_starts", field="days")
    return tuple(found)


def on_days_to_avoid(session: Session, avoided: Iterable[Avoided]) -> Iterator[PlanWarning]:
    for day in days_of(session):
        if why := [it.why for it in avoided if it.first <= day <= it.last]:
            yield PlanWarning(
                code="day_to_avoid",
                text=f"{day} is to be avoided: {', '.join(why)}",
                values={"day": day, "why": ", ".join(why)},
                day=day,
                sessions=(session.id,),
            )
