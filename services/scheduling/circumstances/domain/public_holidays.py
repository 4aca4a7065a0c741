"""Public holidays in Norway, on which nobody is asked to meet without somebody having seen it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.easter import easter

from services.scheduling.circumstances.domain.plan_warning import PlanWarning, days_of
from services.scheduling.sessions.domain.session import Session

FIXED = {
    (1, 1): "første nyttårsdag",
    (5, 1): "arbeidernes dag",
    (5, 17): "grunnlovsdagen",
    (12, 25): "første juledag",
    (12, 26): "andre juledag",
}
FROM_EASTER = {  # by days after Easter Sunday
    -3: "skjærtorsdag",
    -2: "langfredag",
    0: "første påskedag",
    1: "andre påskedag",
    39: "Kristi himmelfartsdag",
    49: "første pinsedag",
    50: "andre pinsedag",
}


def public_holiday(day: date) -> str | None:
    """What the day is called, in bokmål; none where it is no public holiday. Two may fall together: both are named."""
    movable = (FROM_EASTER.get((day - easter(day.year)) // timedelta(days=1)), FIXED.get((day.month, day.day)))
    return " og ".join(it for it in movable if it) or None


def on_public_holidays(session: Session) -> Iterator[PlanWarning]:
    for day in days_of(session):
        if name := public_holiday(day):
            yield PlanWarning(
                code="public_holiday",
                text=f"{day} is a public holiday, {name}",
                values={"day": day, "name": name},
                day=day,
                sessions=(session.id,),
            )
