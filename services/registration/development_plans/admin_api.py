"""A party's development plan, its versions, and the progress over a programme (R11)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import MISSING, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.areas import repository as areas
from services.registration.development_plans import repository as plans
from services.registration.development_plans.domain.plan import LONGEST_FOCUS, LONGEST_NOTE, PHASES, Plan, State
from services.registration.development_plans.use_cases.change_plan import change_plan
from services.registration.parties import repository as parties
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId
from shared.database import Database
from shared.web.api import (
    AN_ID,
    THE_NEXT,
    Administrator,
    After,
    Body,
    DatabaseOf,
    Limit,
    Page,
    PartyInPath,
    PartyInQuery,
    ProgrammeInPath,
    Prose,
    Reader,
    Words,
    at_most,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["development plans"])

PLAN = "/programmes/{programme}/groups/{party}/development-plan"
IF_MATCH = if_match(Plan)
Note = Annotated[Prose, at_most(LONGEST_NOTE), Field(json_schema_extra={"maxLength": LONGEST_NOTE})]
Focus = Annotated[Prose, at_most(LONGEST_FOCUS), Field(json_schema_extra={"maxLength": LONGEST_FOCUS})]
AfterVersion = Annotated[int | None, Query(ge=1, le=999_999, description=THE_NEXT)]
AREA = "the id of a development area that its county branch has adopted (R2)"


class PhaseBody(Body):
    state: State = "not_begun"
    note: Note | None = None


class PhasesBody(Body):
    """Identify needs from evidence; identify possibilities; set goals; try solutions and measures; evaluate."""

    needs: PhaseBody = PhaseBody()
    possibilities: PhaseBody = PhaseBody()
    goals: PhaseBody = PhaseBody()
    measures: PhaseBody = PhaseBody()
    evaluation: PhaseBody = PhaseBody()


class PlanBody(Body):
    """The whole plan: what is left out of it is empty, or not begun."""

    model_config = example(
        focus="Kulturskolen som del av skoledagen på 1.–4. trinn.",
        development_area=AN_ID,
        phases={
            "needs": {"state": "done", "note": "Kartleggingen viser at færrest barn fra nordre krets deltar."},
            "possibilities": {"state": "in_progress"},
        },
    )

    focus: Focus | None = Field(None, description="the party's own, found in local dialogue")
    development_area: EntityId | None = Field(None, description=AREA)
    phases: PhasesBody = PhasesBody()

    def changes(self) -> dict[str, Any]:
        return _changes(self.model_dump())


class PhaseChanges(Body):
    state: State | MISSING = MISSING
    note: Note | MISSING | None = MISSING


class PhasesChanges(Body):
    needs: PhaseChanges | MISSING = MISSING
    possibilities: PhaseChanges | MISSING = MISSING
    goals: PhaseChanges | MISSING = MISSING
    measures: PhaseChanges | MISSING = MISSING
    evaluation: PhaseChanges | MISSING = MISSING


class PlanChanges(Body):
    """Only what is given changes. Phases are worked through in any order, and back."""

    model_config = example(phases={"possibilities": {"state": "done"}, "goals": {"state": "in_progress"}})

    focus: Focus | MISSING | None = MISSING
    development_area: EntityId | MISSING | None = Field(MISSING, description=AREA)
    phases: PhasesChanges | MISSING = MISSING


class PhaseView(BaseModel):
    state: State
    note: Words | None = Field(description="null also where it is lost")


class PhasesView(BaseModel):
    needs: PhaseView
    possibilities: PhaseView
    goals: PhaseView
    measures: PhaseView
    evaluation: PhaseView


class VersionView(BaseModel):
    """A development plan as it stood at one version."""

    version: int = Field(description="0 before anything is written")
    focus: Words | None
    development_area: str | None
    development_area_name: str | None
    phases: PhasesView
    lost: list[str] = Field(description="what of it is lost, and to be said anew: `focus`, `notes`")
    changed_at: datetime | None
    changed_by: str | None = Field(description="the name of the key that made the change")


class PlanView(VersionView):
    programme: str
    party: str
    party_name: str


class ProgressView(BaseModel):
    """How far a party has come."""

    programme: str
    party: str
    party_name: str
    version: int
    has_focus: bool
    development_area: str | None
    development_area_name: str | None
    needs: State
    possibilities: State
    goals: State
    measures: State
    evaluation: State
    done: int = Field(description="how many of the five phases are")
    changed_at: datetime | None


@router.get(PLAN)
async def show_development_plan(
    programme: ProgrammeInPath, party: PartyInPath, database: DatabaseOf, _: Administrator
) -> PlanView:
    """Show a party's development plan as it stands."""
    async with database.looking_up() as connection:
        await programmes.get(connection, programme)
        return await _shown(connection, await plans.of_party(connection, programme, party))


@router.put(PLAN, operation_id="write_development_plan", dependencies=[IF_MATCH])
async def write(
    programme: ProgrammeInPath, party: PartyInPath, body: PlanBody, database: DatabaseOf, key: Administrator
) -> PlanView:
    """Write a party's development plan; what stood before is kept (R11)."""
    return await view(database, await change_plan(database, programme, party, body.changes(), by=key.name))


@router.patch(PLAN, operation_id="change_development_plan", dependencies=[IF_MATCH])
async def change(
    programme: ProgrammeInPath, party: PartyInPath, body: PlanChanges, database: DatabaseOf, key: Administrator
) -> PlanView:
    """Change a party's development plan; what stood before is kept (R11)."""
    changes = _changes(body.model_dump())
    return await view(database, await change_plan(database, programme, party, changes, by=key.name))


@router.get(f"{PLAN}/versions")
async def list_versions(
    *,
    programme: ProgrammeInPath,
    party: PartyInPath,
    database: DatabaseOf,
    _: Administrator,
    after: AfterVersion = None,
    limit: Limit = 100,
) -> Page[VersionView]:
    """List a party's development plan as it stood at each version, the newest first."""
    async with database.looking_up() as connection:
        found = await plans.versions(connection, programme, party, before=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
            await parties.get(connection, party)
    return page_of([VersionView(**_version(it, area)) for it, area in found], limit, lambda it: str(it.version))


@router.get("/programmes/{programme}/development-plans")
async def list_development_plans(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[ProgressView]:
    """List how far those who are accepted have come with their development plans, by organisation number."""
    async with database.looking_up() as connection:
        found = await plans.listed(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
    return page_of(
        [
            ProgressView(
                **vars(it.plan),
                **_states(it.plan),
                party_name=it.party_name,
                development_area_name=it.area_name,
                done=it.plan.done,
            )
            for it in found
        ],
        limit,
        lambda it: it.party,
    )


async def view(database: Database, it: Plan) -> PlanView:
    async with database.reading() as connection:
        return await _shown(connection, it)


async def _shown(connection: AsyncConnection, it: Plan) -> PlanView:
    party = await parties.get(connection, it.party)
    tied = it.development_area
    shown = _version(it, (await areas.get(connection, tied)).name if tied else None)
    return tagged(it, PlanView(**shown, programme=it.programme, party=it.party, party_name=party.name))


def _states(it: Plan) -> dict[str, Any]:
    return {phase: it.states[phase] for phase in PHASES}


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """With the states and notes of its phases beside the rest, as the domain has them."""
    phases: dict[str, dict[str, Any]] = given.pop("phases", {})
    states = {name: it["state"] for name, it in phases.items() if "state" in it}
    notes = {name: it["note"] for name, it in phases.items() if "note" in it}
    return given | ({"states": states} if states else {}) | ({"notes": notes} if notes else {})


def _version(it: Plan, area: str | None) -> dict[str, Any]:
    notes = it.notes or {}
    lost = [*(["focus"] if it.has_focus and it.focus is None else []), *(["notes"] if it.notes is None else [])]
    return {
        "version": it.version,
        "focus": it.focus,
        "development_area": it.development_area,
        "development_area_name": area,
        "phases": PhasesView(**{one: PhaseView(state=it.states[one], note=notes.get(one)) for one in PHASES}),
        "lost": lost,
        "changed_at": it.changed_at,
        "changed_by": it.changed_by,
    }
