"""The plan as a whole: what it stands at, its publication and its revisions (S6)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.scheduling.circumstances.admin_api import Heeded
from services.scheduling.plans import repository as plans
from services.scheduling.plans.admin_api.bodies import ReasonField, WhenBody
from services.scheduling.plans.domain.plan import Plan, Reason
from services.scheduling.plans.domain.revision import Move, check_asked
from services.scheduling.plans.use_cases.ask_what_publishing_sends import ask_what_publishing_sends
from services.scheduling.plans.use_cases.publish_plan import publish_plan
from services.scheduling.plans.use_cases.revise_plan import move_many, postpone
from services.scheduling.sessions import repository as session_rows
from shared.database import Database
from shared.web.api import AN_ID, Administrator, AskOf, Body, DatabaseOf, Int, ProgrammeInPath, Reader, example
from shared.web.etags import if_match, tagged
from shared.web.keys import Key

router = APIRouter(prefix="/scheduling", tags=["plan"])

IF_MATCH = if_match(Plan)
MOST_MOVES = 500


class Publication(Heeded):
    """The body may be left out. What speaks against the plan's sessions and was not accepted yet is answered (409)."""

    model_config = example()


class MoveBody(Body):
    session: Annotated[str, Field(max_length=40, description="its id")]
    when: WhenBody
    version: Annotated[Int, Field(ge=1, le=999_999)] | None = Field(
        None, description="in which it was looked at: where another stands now, nothing is moved (409)"
    )

    def move(self) -> Move:
        return Move(session=self.session, when=self.when.when(), version=self.version)


class NewRevision(Heeded):
    """Either `moves`, or `postpone_weeks` for all that is planned ahead; all of it is done, or nothing.

    What speaks against the new days is answered first (409), each with the session that it is about.
    """

    model_config = example(
        moves=[{"session": AN_ID, "when": {"days": {"first": "2024-10-01", "last": "2024-10-02"}}}],
        reason="postponed",
    )

    moves: tuple[MoveBody, ...] = Field((), max_length=MOST_MOVES)
    postpone_weeks: Annotated[Int, Field(ge=1, le=52)] | None = Field(
        None, description="how much later: exact days, weeks, months and alternatives alike, each as precise as it was"
    )
    revision: Annotated[Int, Field(ge=1, le=999_999)] | None = Field(
        None,
        description="which was looked at: where another stands now, nothing is moved (409). To postpone, it is needed",
    )
    reason: ReasonField = "other"


class RevisionView(BaseModel):
    number: int = Field(description="1: as it was published")
    day: date | None = Field(description="in Norway; null for a plan from before plans were published")
    reason: Reason | None = Field(description="null of the first")
    sessions: int = Field(description="that stood in the plan then")
    changed: int | None = Field(description="how many sessions it has changed; null of the first")
    by: str | None = Field(description="the name of the key that asked for it; for administrators")


class PublishingSendsView(BaseModel):
    plans: int = Field(description="mails with the plan, one to each who is written to of it")
    invitations: int = Field(description="to sessions, one a person and session")


class PlanView(BaseModel):
    programme: str
    version: int
    state: Literal["draft", "published"] = Field(description="of a draft nobody is invited")
    revision: int = Field(description="0 while it is a draft")
    published_on: date | None = Field(description="null of a draft, and of one from before plans were published")
    sessions: int = Field(description="that stand in the plan: not cancelled, and not held with one party alone")
    revisions: tuple[RevisionView, ...] = Field(description="the newest first")
    publishing_sends: PublishingSendsView | None = Field(
        None,
        description="how many mails publishing it would send, as is known by now; null once it is published, and while"
        " notifications does not answer",
    )


@router.get("/programmes/{programme}/plan")
async def show_state_of_plan(programme: ProgrammeInPath, database: DatabaseOf, ask: AskOf, key: Reader) -> PlanView:
    """Show whether a programme's plan is published, its revisions, and how many mails publishing it would send (S6)."""
    shown = await _shown(database, programme, key)
    if shown.state == "published":
        return shown
    sends = await ask_what_publishing_sends(ask, programme)
    view = PublishingSendsView(plans=sends.plans, invitations=sends.invitations) if sends else None
    return shown.model_copy(update={"publishing_sends": view})


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


@router.post(
    "/programmes/{programme}/plan/revisions",
    status_code=201,
    operation_id="revise_plan",
    dependencies=[IF_MATCH],
)
async def revise(programme: ProgrammeInPath, body: NewRevision, database: DatabaseOf, key: Administrator) -> PlanView:
    """Move many sessions in one step, as one revision of a published plan (S6)."""
    moves, weeks, acceptance = [it.move() for it in body.moves], body.postpone_weeks, body.acceptance()
    check_asked(moves, weeks, body.revision)
    if weeks is None:
        await move_many(database, programme, moves, acceptance, revision=body.revision, reason=body.reason, by=key.name)
    else:
        await postpone(database, programme, weeks, acceptance, revision=body.revision, reason=body.reason, by=key.name)
    return await _shown(database, programme, key)


async def _shown(database: Database, programme: str, key: Key) -> PlanView:
    """A plan as it is now."""
    async with database.reading() as connection:
        await session_rows.check_programme_is_known(connection, programme)
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
