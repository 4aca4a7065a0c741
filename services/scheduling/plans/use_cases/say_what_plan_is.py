"""Answer what a programme's plan is as a whole: `rpc.scheduling.whole_plan`."""

from __future__ import annotations

from services.scheduling.plans import repository as plans
from services.scheduling.sessions import repository as session_rows
from shared.contracts.questions import MOST_LINES, PlanAsItStands, PlanLine, WhatPlan
from shared.database import Database


async def say_what_plan_is(database: Database, question: WhatPlan) -> PlanAsItStands:
    """Its revision and its sessions, of one moment. One whose title is lost is left out. Raises NotFound."""
    async with database.reading() as connection:
        await session_rows.check_programme_is_known(connection, question.programme)
        plan = await plans.plan_of(connection, question.programme)
        found = await session_rows.standing(connection, question.programme, None)
    lines = [
        PlanLine(session=it.id, title=it.title, format=it.format, when=it.when, place=it.place)
        for it in found
        if it.party is None and it.title is not None
    ]
    return PlanAsItStands(revision=plan.revision, sessions=tuple(lines[:MOST_LINES]))
