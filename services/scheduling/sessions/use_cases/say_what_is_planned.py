"""Answer what is planned in a programme, or with a party: `rpc.scheduling.plan`."""

from __future__ import annotations

from services.scheduling.sessions import repository
from services.scheduling.sessions.domain.period import Period, lies_within
from shared.contracts.questions import Planned, PlannedSession, WhatIsPlanned
from shared.database import Database
from shared.when_text import when_text

FIRST = 5  # that are told one by one


async def say_what_is_planned(database: Database, question: WhatIsPlanned) -> Planned:
    """What stands in the plan; where a period is said, what that would leave out (S1)."""
    async with database.reading() as connection:
        found = await repository.standing(connection, question.programme, question.party)
    if question.period_start and question.period_end:
        period = Period(start=question.period_start, end=question.period_end)
        found = [it for it in found if not lies_within(it, period)]
    first = [
        PlannedSession(session=it.id, kind=it.kind, number=it.number, when=when_text(it.when)) for it in found[:FIRST]
    ]
    return Planned(count=len(found), first=tuple(first))
