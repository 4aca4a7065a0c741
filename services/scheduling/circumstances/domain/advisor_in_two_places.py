"""An advisor with two parties on one day: on a screen that is easy, on the road it is not."""

from __future__ import annotations

from collections.abc import Iterator

from services.scheduling.circumstances.domain.circumstances import Circumstances
from services.scheduling.circumstances.domain.plan_warning import PlanWarning, days_of
from services.scheduling.sessions.domain.session import Session


def advisor_in_two_places(session: Session, around: Circumstances) -> Iterator[PlanWarning]:
    """Over all programmes, since it is one person."""
    advisor = _advisor(session, around)
    if advisor is None:
        return
    for day in days_of(session):
        for other in around.others_on(day, session):
            if _advisor(other, around) == advisor and _collide(session, other):
                yield PlanWarning(
                    code="advisor_in_two_places",
                    text=f"the advisor is with another party on {day}",
                    values={"day": day, "session": other.id},
                    day=day,
                    sessions=tuple(sorted((session.id, other.id))),
                )


def _advisor(session: Session, around: Circumstances) -> str | None:
    return around.advisors.get((session.programme, session.party)) if session.party else None


def _collide(one: Session, other: Session) -> bool:
    """Two places, or one moment. Whoever meets on a screen can meet others before and after; so can who stays at one place."""
    at_one_place = "digital" in (one.format, other.format) or (one.place is not None and one.place == other.place)
    return not at_one_place or _overlap(one, other)


def _overlap(one: Session, other: Session) -> bool:
    """Whether their hours do, which are those of one day; false where they are not said."""
    a, b = one.when.hours, other.when.hours
    if a is None or b is None:
        return False
    return a[0] < b[1] and b[0] < a[1]
