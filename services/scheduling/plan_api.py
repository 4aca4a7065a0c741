"""Scheduling's routes of the plan as a whole: what it stands at, and its publication (S6)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.scheduling import plans, repository
from services.scheduling.admin_api import Heeded
from services.scheduling.domain.plan import Plan, Reason
from services.scheduling.use_cases.publish_plan import publish_plan
from shared.database import Database
from shared.web.api import Administrator, DatabaseOf, ProgrammeInPath, Reader, example
from shared.web.etags import if_match, tagged
from shared.web.keys import Key

router = APIRouter(prefix="/scheduling", tags=["plan"])

IF_MATCH = if_match(Plan)


class Publication(Heeded):
    """The body may be left out. What speaks against the plan's sessions and was not accepted yet is answered (409)."""

    model_config = example()


class RevisionView(BaseModel):
    number: int = Field(description="1: as it was published")
    day: date | None = Field(description="in Norway; null for a plan from before plans were published")
    reason: Reason | None = Field(description="null of the first")
    sessions: int = Field(description="that stood in the plan then")
    changed: int | None = Field(description="how many sessions it has changed; null of the first")
    by: str | None = Field(description="the name of the key that asked for it; for administrators")


class PlanView(BaseModel):
    programme: str
    version: int
    state: Literal["draft", "published"] = Field(description="of a draft nobody is invited")
    revision: int = Field(description="0 while it is a draft")
    published_on: date | None = Field(description="null of a draft, and of one from before plans were published")
    sessions: int = Field(description="that stand in the plan: not cancelled, and not held with one party alone")
    revisions: tuple[RevisionView, ...] = Field(description="the newest first")


@router.get("/programmes/{programme}/plan")
async def show_state_of_plan(programme: ProgrammeInPath, database: DatabaseOf, key: Reader) -> PlanView:
    """Show whether a programme's plan is published, and its revisions (S6)."""
    return await _shown(database, programme, key)


@router.post(
    "/programmes/{programme}/plan/publication",
    status_code=201,
    operation_id="publish_plan",
    dependencies=[IF_MATCH],
)
async def publish(
    programme: ProgrammeInPath, database: DatabaseOf, key: Administrator, body: Publication | None = None
) -> PlanView:
    """Publish a plan: from then on people are invited, and each change of it is a revision (S6)."""
    await publish_plan(database, programme, (body or Publication()).acceptance(), by=key.name)
    return await _shown(database, programme, key)


async def _shown(database: Database, programme: str, key: Key) -> PlanView:
    """A plan as it is now."""
    async with database.reading() as connection:
        await repository.check_programme_is_known(connection, programme)
        plan = await plans.plan_of(connection, programme)
        sessions = await plans.count_sessions(connection, programme)
        revisions = await plans.revisions(connection, programme)
    hidden = {} if key.may("administrator") else {"by": None}
    shown = PlanView(
        programme=programme,
        version=plan.version,
        state="published" if plan.is_published else "draft",
        revision=plan.revision,
        published_on=plan.published_on,
        sessions=sessions,
        revisions=tuple(RevisionView(**vars(it) | hidden) for it in revisions),
    )
    return tagged(plan, shown)
