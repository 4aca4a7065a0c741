"""Programmes: opened, listed, changed (R1, R6, B1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import MISSING, BaseModel, Field

from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.programme import Programme
from services.registration.programmes.use_cases.change_programme import change_programme
from services.registration.programmes.use_cases.open_programme import open_programme
from shared.contracts.envelope import ProgrammeCode
from shared.web.api import Administrator, After, Body, DatabaseOf, Day, Int, Limit, Line, Page, Reader, page_of

router = APIRouter(prefix="/registration", tags=["programmes"])

Ore = Annotated[Int, Field(ge=0, le=100_000_000)]  # a million kroner
Days = Annotated[Int, Field(ge=1, le=365)]


class NewProgramme(Body):
    """Fees in øre; without one of its own a county branch pays the same (B1). Days in Norway, the last one included."""

    code: ProgrammeCode
    name: Line
    period_start: Day
    period_end: Day
    fee_ore: Ore
    county_branch_fee_ore: Ore | None = None
    applications_from: Day | None = None
    applications_until: Day | None = None
    days_to_pay: Days = 30


class ProgrammeChanges(Body):
    """Only the fields that are given change."""

    name: Line | MISSING = MISSING
    period_start: Day | MISSING = MISSING
    period_end: Day | MISSING = MISSING
    fee_ore: Ore | MISSING = MISSING
    county_branch_fee_ore: Ore | MISSING | None = MISSING
    applications_from: Day | MISSING | None = MISSING
    applications_until: Day | MISSING | None = MISSING
    days_to_pay: Days | MISSING = MISSING


class ProgrammeView(BaseModel):
    code: str
    version: int
    name: str
    period_start: date
    period_end: date
    fee_ore: int
    county_branch_fee_ore: int
    applications_from: date | None
    applications_until: date | None
    days_to_pay: int


@router.post("/programmes", status_code=201)
async def open_one(body: NewProgramme, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    given = Programme(version=1, **body.model_dump())
    return programme_view(await open_programme(database, given, by=key.name))


@router.get("/programmes")
async def show_programmes(
    database: DatabaseOf, _: Reader, after: After = None, limit: Limit = 100
) -> Page[ProgrammeView]:
    async with database.reading() as connection:
        found = await programmes.all_after(connection, after, limit)
    return page_of([programme_view(it) for it in found], limit, lambda it: it.code)


@router.get("/programmes/{programme}")
async def show_programme(programme: str, database: DatabaseOf, _: Reader) -> ProgrammeView:
    async with database.reading() as connection:
        return programme_view(await programmes.get(connection, programme))


@router.patch("/programmes/{programme}")
async def change_one(programme: str, body: ProgrammeChanges, database: DatabaseOf, key: Administrator) -> ProgrammeView:
    changes = body.model_dump()
    return programme_view(await change_programme(database, programme, changes, by=key.name))


def programme_view(it: Programme) -> ProgrammeView:
    return ProgrammeView(**vars(it) | {"county_branch_fee_ore": it.fee_for("county_branch")})
