"""Saturdays and Sundays, on which nobody is asked to meet without somebody having seen it."""

from __future__ import annotations

from collections.abc import Iterator

from services.scheduling.circumstances.domain.plan_warning import PlanWarning, days_of
from services.scheduling.sessions.domain.session import Session

SATURDAY = 5


def on_weekends(session: Session) -> Iterator[PlanWarning]:
    for day in days_of(session):
        if day.weekday() >= SATURDAY:
            name = "lørdag" if day.weekday() == SATURDAY else "søndag"
            yield PlanWarning(
                code="weekend",
                text=f"{day} is a {'Saturday' if day.weekday() == SATURDAY else 'Sunday'}",
                values={"day": day, "name": name},
                day=day,
                sessions=(session.id,),
            )
