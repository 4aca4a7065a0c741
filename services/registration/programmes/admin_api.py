"""Programmes: opened, listed, changed (R1, R6, B1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import MISSING, BaseModel, Field

from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.programme import Programme
from services.registration.programmes.domain.usual_fee import check_usual
from services.registration.programmes.use_cases.change_programme import change_programme
from services.registration.programmes.use_cases.open_programme import open_programme
from shared.contracts.envelope import ProgrammeCode
from shared.web.api import (
    Administrator,
    After,
    Body,
    Bool,
    DatabaseOf,
    Day,
    Int,
    Limit,
    Line,
    Page,
    ProgrammeInPath,
    Reader,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["programmes"])

FEES = ("fee_ore", "county_branch_fee_ore")
Ore = Annotated[Int, Field(ge=0, le=100_000_000)]  # a million kroner
MEANT = "that a fee under 1 000 or over 100 000 kroner is meant (B1)"
TO_PAY = "days from an invoice's issue until it is due"
Days = Annotated[Int, Field(ge=1, le=365, description=TO_PAY)]


class NewProgramme(Body):
    """The last days are included."""

    model_config = example(
        code="regionalt-2024-2025",
        name="Fremtidens kulturskole 2024–2025",
        period_start="2024-08-01",
        period_end="2025-12-31",
        fee_ore=2_000_000,
        county_branch_fee_ore=1_000_000,
        applications_from="2024-02-01",
        applications_until="2024-05-01",
        days_to_pay=30,
    )

    code: ProgrammeCode = Field(description="stands in paths and in the subjects of events, and never changes")
    name: Line
    period_start: Day
    period_end: Day
    fee_ore: Ore = Field(description="what a municipality pays for the whole programme (B1)")
    county_branch_fee_ore: Ore | None = Field(None, description="where it is not the same (B1)")
    applications_from: Day | None = Field(None, description="the first day on which a party may apply")
    applications_until: Day | None = Field(None, description="the last day on which a party may apply")
    days_to_pay: Days = 30
    unusual: Bool = Field(False, description=MEANT)


class ProgrammeChanges(Body):
    """Only the fields that are given change. Agreements that were sent keep their period and their fee (R6, B1)."""

    model_config = example(fee_ore=2_400_000, applications_until="2024-06-01")

    name: Line | MISSING = MISSING
    period_start: Day | MISSING = MISSING
    period_end: Day | MISSING = MISSING
    fee_ore: Ore | MISSING = MISSING
    county_branch_fee_ore: Ore | MISSING | None = MISSING
    applications_from: Day | MISSING | None = MISSING
    applications_until: Day | MISSING | None = MISSING
    days_to_pay: Days | MISSING = MISSING
    unusual: Bool | MISSING = Field(MISSING, description=MEANT)


class ProgrammeView(BaseModel):
    code: str
    version: int
    name: str
    period_start: date
    period_end: date
    fee_ore: int
    county_branch_fee_ore: int = Field(description="what a county branch pays, be it the same or not")
    applications_from: date | None
    applications_until: date | None
    days_to_pay: int = Field(description=TO_PAY)


@router.post("/programmes", status_code=201, operation_id="open_programme")
async def open_one(body: NewProgramme, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    """Open a programme (R1, R6, B1)."""
    given = Programme(version=1, **_of_the_programme(body))
    return _shown(await open_programme(database, given, by=key.name))


@router.get("/programmes")
async def list_programmes(
    database: DatabaseOf, _: Reader, after: After = None, limit: Limit = 100
) -> Page[ProgrammeView]:
    """List the programmes by code."""
    async with database.reading() as connection:
        found = await programmes.all_after(connection, after, limit)
    return page_of([programme_view(it) for it in found], limit, lambda it: it.code)


@router.get("/programmes/{programme}")
async def show_programme(programme: ProgrammeInPath, database: DatabaseOf, _: Reader) -> ProgrammeView:
    """Show a programme."""
    async with database.reading() as connection:
        return _shown(await programmes.get(connection, programme))


@router.patch("/programmes/{programme}", operation_id="change_programme", dependencies=[if_match(Programme)])
async def change_one(
    programme: ProgrammeInPath, body: ProgrammeChanges, database: DatabaseOf, key: Administrator
) -> ProgrammeView:
    """Change a programme."""
    changes = _of_the_programme(body)
    return _shown(await change_programme(database, programme, changes, by=key.name))


def _shown(it: Programme) -> ProgrammeView:
    return tagged(it, programme_view(it))


def _of_the_programme(body: NewProgramme | ProgrammeChanges) -> dict[str, Any]:
    """What is given of a programme. Raises RuleBroken for a fee that is out of the ordinary and not said to be."""
    fields = body.model_dump()
    is_unusual = fields.pop("unusual", False)
    check_usual({name: fields.get(name) for name in FEES}, is_unusual=is_unusual)
    return fields


def programme_view(it: Programme) -> ProgrammeView:
    return ProgrammeView(**vars(it) | {"county_branch_fee_ore": it.fee_for("county_branch")})
