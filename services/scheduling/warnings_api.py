"""Scheduling's routes about what speaks against a plan, and who accepted it: warnings of days, findings of its shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.scheduling import circumstances, repository
from services.scheduling.circumstances import Accepted
from services.scheduling.domain.days_to_avoid import Avoided, DaysToAvoid
from services.scheduling.domain.plan_findings import FindingCode, PlanFinding, plan_findings
from services.scheduling.domain.plan_warning import PlanWarning, WarningCode, in_order
from services.scheduling.domain.warnings_of_plan import warnings_of
from services.scheduling.use_cases.accept_finding import accept_finding
from services.scheduling.use_cases.say_days_to_avoid import say_days_to_avoid
from shared.contracts.envelope import EntityId
from shared.database import Database
from shared.web.api import (
    AN_ID,
    Administrator,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Line,
    ProgrammeInPath,
    Reader,
    View,
    example,
)
from shared.web.etags import if_match, tagged
from shared.web.keys import Key

router = APIRouter(prefix="/scheduling", tags=["warnings"])

MOST = 100


class AvoidedBody(Body):
    first: Day
    last: Day
    why: Line = Field(description="shown with the warning", examples=["Vinterferie i Trøndelag"])


class DaysToAvoidBody(Body):
    model_config = example(days=[{"first": "2025-02-17", "last": "2025-02-21", "why": "Vinterferie i Trøndelag"}])

    days: tuple[AvoidedBody, ...] = Field(max_length=MOST, description="all of them, in place of those that stand")


class AvoidedView(View):
    first: date
    last: date
    why: str


class DaysToAvoidView(BaseModel):
    programme: str
    days: list[AvoidedView]


class AcceptedView(BaseModel):
    by: str | None = Field(description="the name of the key; for administrators")
    at: datetime
    because: str | None = Field(description="for administrators")


class WarningView(BaseModel):
    code: WarningCode
    text: str
    values: Mapping[str, str] = Field(description="what a text in another language needs")
    day: date
    sessions: list[str] = Field(description="the ids of one session, or of the two that collide")
    accepted: AcceptedView | None


class WarningsView(BaseModel):
    warnings: list[WarningView]


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


@router.get("/programmes/{programme}/days-to-avoid")
async def show_days_to_avoid(programme: ProgrammeInPath, database: DatabaseOf, _: Reader) -> DaysToAvoidView:
    """Show the days that a programme keeps clear of, as school holidays."""
    async with database.reading() as connection:
        await repository.check_programme_is_known(connection, programme)
        return _days(await circumstances.days_to_avoid(connection, programme))


@router.put(
    "/programmes/{programme}/days-to-avoid", operation_id="say_days_to_avoid", dependencies=[if_match(DaysToAvoid)]
)
async def put_days_to_avoid(
    programme: ProgrammeInPath, body: DaysToAvoidBody, database: DatabaseOf, key: Administrator
) -> DaysToAvoidView:
    """Say which days a programme keeps clear of. Whoever plans on one of them is warned; nothing that is planned changes."""
    days = [Avoided(first=it.first, last=it.last, why=it.why) for it in body.days]
    return _days(await say_days_to_avoid(database, programme, days, by=key.name))


@router.get("/programmes/{programme}/warnings")
async def show_warnings(programme: ProgrammeInPath, database: DatabaseOf, key: Reader) -> WarningsView:
    """Show what speaks against the exact days of a programme's sessions as they stand, and who accepted it."""
    async with database.reading() as connection:
        await repository.check_programme_is_known(connection, programme)
    return await _warnings(database, programme, None, key)


@router.get("/sessions/{id}/warnings")
async def show_warnings_of_session(id: IdInPath, database: DatabaseOf, key: Reader) -> WarningsView:
    """Show what speaks against a session's exact days, and who accepted it."""
    async with database.reading() as connection:
        session = await repository.session(connection, id)
    return await _warnings(database, session.programme, id, key)


@router.get("/programmes/{programme}/plan/findings")
async def show_findings(programme: ProgrammeInPath, database: DatabaseOf, key: Reader) -> FindingsView:
    """Show what a plan lacks of the programme's shape (S1), and who accepted that. Nothing is refused because of it."""
    async with database.reading() as connection:
        period = await repository.period(connection, programme)
        found = plan_findings(await repository.standing(connection, programme, None), period)
        accepted = await circumstances.accepted(connection, programme)
    return FindingsView(findings=[_finding(it, accepted.get((it.code, it.about)), key) for it in found])


@router.post("/programmes/{programme}/plan/findings/acceptance", operation_id="accept_finding")
async def accept(
    programme: ProgrammeInPath, body: AcceptedFinding, database: DatabaseOf, key: Administrator
) -> FindingView:
    """Accept a finding, with a reason. It is found anew where the sessions that it is about become others."""
    it, how = await accept_finding(database, programme, body.code, body.sessions, because=body.because, by=key.name)
    return _finding(it, how, key)


async def _warnings(database: Database, programme: str, session: str | None, key: Key) -> WarningsView:
    async with database.reading() as connection:
        if session is None:
            sessions = await repository.standing(connection, programme, None)
        else:
            sessions = [await repository.session(connection, session)]
        found = warnings_of(sessions, await circumstances.around(connection, programme, sessions))
        accepted = await circumstances.accepted(connection, programme)
    return WarningsView(warnings=list(_views(found, accepted, key)))


def _views(
    found: Iterable[PlanWarning], accepted: Mapping[tuple[str, str], Accepted], key: Key
) -> Iterable[WarningView]:
    for it in in_order(found):
        seen = _accepted(accepted.get((it.code, it.about)), key)
        values = {name: str(value) for name, value in it.values.items()}
        yield WarningView(
            code=it.code, text=it.text, values=values, day=it.day, sessions=list(it.sessions), accepted=seen
        )


def _finding(it: PlanFinding, accepted: Accepted | None, key: Key) -> FindingView:
    return FindingView(
        code=it.code,
        explanation=it.explanation,
        values=it.values,
        sessions=list(it.sessions),
        accepted=_accepted(accepted, key),
    )


def _accepted(it: Accepted | None, key: Key) -> AcceptedView | None:
    if it is None:
        return None
    shown = key.may("administrator")
    return AcceptedView(by=it.by if shown else None, at=it.at, because=it.because if shown else None)


def _days(it: DaysToAvoid) -> DaysToAvoidView:
    days = [AvoidedView.model_validate(one) for one in it.days]
    return tagged(it, DaysToAvoidView(programme=it.programme, days=days))
