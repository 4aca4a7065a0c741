"""What requests about a plan have in common: dates, and why it is revised."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.scheduling.plans.domain.plan import Reason
from services.scheduling.sessions.repository import WHEN
from shared.web.api import Body, Day, Int
from shared.when import CLOCK_TIME, MONTH, MOST_ALTERNATIVES, When

ClockTime = Annotated[str, Field(pattern=CLOCK_TIME)]
Month = Annotated[str, Field(pattern=MONTH)]
WHY = "why a published plan is revised by it (S6); of no effect where that does not change the plan"
ReasonField = Annotated[Reason, Field(description=WHY)]


class DaysBody(Body):
    """The clock times, Europe/Oslo, are those of the first and of the last day."""

    first: Day
    last: Day
    starts_at: ClockTime | None = Field(None, description="on the first day, in Norway")
    ends_at: ClockTime | None = Field(None, description="on the last day, in Norway")


class WeeksBody(Body):
    """ISO weeks of one year."""

    year: Annotated[Int, Field(ge=2000, le=2100)]
    first: Annotated[Int, Field(ge=1, le=53)]
    last: Annotated[Int, Field(ge=1, le=53)]


class WhenBody(Body):
    """As precise as it is known (S2). Several weeks, or several months, are alternatives."""

    days: DaysBody | None = None
    weeks: tuple[WeeksBody, ...] = Field((), max_length=MOST_ALTERNATIVES)
    months: tuple[Month, ...] = Field((), max_length=MOST_ALTERNATIVES, description="written as 2024-10")
    duration_minutes: Annotated[Int, Field(ge=1, le=6000)] | None = Field(None, description="in minutes")

    def when(self) -> When:
        return WHEN.validate_python(self.model_dump())
