"""What a plan lacks of the programme's shape (S1), and who accepted that."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.scheduling.circumstances import repository as circumstances
from services.scheduling.circumstances.admin_api import AcceptedView, accepted_view
from services.scheduling.circumstances.repository import Accepted
from services.scheduling.plans.domain.plan_findings import FindingCode, PlanFinding, plan_findings
from services.scheduling.plans.use_cases.accept_finding import accept_finding
from services.scheduling.sessions import repository as session_rows
from shared.contracts.envelope import EntityId
from shared.web.api import AN_ID, Administrator, Body, DatabaseOf, Line, ProgrammeInPath, Reader, example
from shared.web.keys import Key

router = APIRouter(prefix="/scheduling", tags=["warnings"])


class FindingView(BaseModel):
    code: FindingCode
    explanation: str
    values: Mapping[str, int] = Field(description="what a text in another language needs")
    sessions: list[str] = Field(
        description="the ids of those that there are, or of the two between which something is missing"
    )
    accepted: AcceptedView | None


class FindingsView(BaseModel):
    findings: list[FindingView]


class AcceptedFinding(Body):
    model_config = example(
        code="guidance_is_missing", sessions=[AN_ID, AN_ID], because="Veilederen er med på begge samlingene"
    )

    code: FindingCode
    sessions: tuple[EntityId, ...] = Field((), max_length=10, description="as the finding has them")
    because: Line = Field(description="kept with who accepted it, and when")


@router.get("/programmes/{programme}/plan/findings")
async def show_findings(programme: ProgrammeInPath, database: DatabaseOf, key: Reader) -> FindingsView:
    """Show what a plan lacks of the programme's shape (S1), and who accepted that. Nothing is refused because of it."""
    async with database.reading() as connection:
        period = await session_rows.period(connection, programme)
        found = plan_findings(await session_rows.standing(connection, programme, None), period)
        accepted = await circumstances.accepted(connection, programme)
    return FindingsView(findings=[_finding(it, accepted.get((it.code, it.about)), key) for it in found])


@router.post("/programmes/{programme}/plan/findings/acceptance", operation_id="accept_finding")
async def accept(
    programme: ProgrammeInPath, body: AcceptedFinding, database: DatabaseOf, key: Administrator
) -> FindingView:
    """Accept a finding, with a reason. It is found anew where the sessions that it is about become others."""
    it, how = await accept_finding(database, programme, body.code, body.sessions, because=body.because, by=key.name)
    return _finding(it, how, key)


def _finding(it: PlanFinding, accepted: Accepted | None, key: Key) -> FindingView:
    return FindingView(
        code=it.code,
        explanation=it.explanation,
        values=it.values,
        sessions=list(it.sessions),
        accepted=accepted_view(accepted, key),
    )
