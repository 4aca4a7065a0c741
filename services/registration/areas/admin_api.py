"""Development areas: what the county branches have adopted (R2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import MISSING, BaseModel, Field

from services.registration.areas import repository as areas
from services.registration.areas.domain.area import Area
from services.registration.areas.domain.naming import may_be_the_same_county
from services.registration.areas.repository import Shown
from services.registration.areas.use_cases.adopt_area import adopt_area
from services.registration.areas.use_cases.change_area import change_area, withdraw_area
from services.registration.parties import repository as parties
from shared.contracts.envelope import OrganisationNumber
from shared.database import Database
from shared.web.api import (
    Administrator,
    AfterId,
    Body,
    DatabaseOf,
    Day,
    IdInPath,
    Limit,
    Line,
    Page,
    PartyInPath,
    Prose,
    Reader,
    Words,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["development areas"])

AREA = "/development-areas/{development_area}"
OF_BRANCH = "/county-branches/{party}/development-areas"
InCounty = Annotated[
    str | None,
    Query(max_length=200, description="those of the branches in this county", examples=["Møre og Romsdal"]),
]


class NewArea(Body):
    model_config = example(
        name="Kulturskolen i lokalmiljøet",
        description="Kulturskolen som ressurs for skole, barnehage og frivillighet.",
        first_day="2023-01-01",
        last_day="2026-12-31",
    )

    name: Line
    description: Prose | None = None
    first_day: Day = Field(description="of the term for which it is adopted")
    last_day: Day = Field(description="of the same term")


class AreaChanges(Body):
    """Only the fields that are given change. It ends where its last day is an earlier one."""

    model_config = example(last_day="2025-06-30")

    name: Line | MISSING = MISSING
    description: Prose | MISSING | None = MISSING
    first_day: Day | MISSING = MISSING
    last_day: Day | MISSING = MISSING
    county_branch: OrganisationNumber | MISSING = Field(MISSING, description="where it is lost")


class AreaView(BaseModel):
    id: str
    version: int
    county_branch: str | None = Field(description="its organisation number; null, as what follows, where it is lost")
    county_branch_name: str | None
    county: str | None = Field(description="the branch's; null also where it was not given")
    name: str | None
    description: Words | None
    first_day: date | None = Field(description="of the term for which it is adopted")
    last_day: date | None
    withdrawn: bool = Field(description="whether nobody is to name it any more")


@router.post(OF_BRANCH, status_code=201, operation_id="adopt_development_area")
async def adopt(party: PartyInPath, body: NewArea, database: DatabaseOf, key: Administrator) -> AreaView:
    """Record that a county branch has adopted a development area (R2)."""
    return await view(database, await adopt_area(database, party, **body.model_dump(), by=key.name))


@router.get(OF_BRANCH)
async def list_areas_of_branch(
    party: PartyInPath, database: DatabaseOf, _: Reader, after: AfterId = None, limit: Limit = 100
) -> Page[AreaView]:
    """List what a county branch has adopted, in the order in which it was registered."""
    async with database.looking_up() as connection:
        found = await areas.all_of(connection, party)
        if not found:
            await parties.get(connection, party)
    return _page(found, after, limit)


@router.get("/development-areas")
async def list_areas(
    database: DatabaseOf, _: Reader, county: InCounty = None, after: AfterId = None, limit: Limit = 100
) -> Page[AreaView]:
    """List what the county branches have adopted, in the order in which it was registered; all of it, or a county's."""
    async with database.looking_up() as connection:
        found = await areas.all_of(connection)
    in_county = [it for it in found if it.county is not None and may_be_the_same_county(it.county, county)]
    return _page(in_county if county is not None else found, after, limit)


@router.get(AREA)
async def show_area(development_area: IdInPath, database: DatabaseOf, _: Reader) -> AreaView:
    """Show a development area."""
    async with database.looking_up() as connection:
        found = await areas.shown(connection, development_area)
    return tagged(found.area, _view(found))


@router.patch(AREA, operation_id="change_development_area", dependencies=[if_match(Area)])
async def change(development_area: IdInPath, body: AreaChanges, database: DatabaseOf, key: Administrator) -> AreaView:
    """Change a development area, or end it (R2)."""
    return await view(database, await change_area(database, development_area, body.model_dump(), by=key.name))


@router.delete(AREA, operation_id="withdraw_development_area", dependencies=[if_match(Area)])
async def withdraw(development_area: IdInPath, database: DatabaseOf, key: Administrator) -> AreaView:
    """Withdraw a development area: nobody can name it any more, and who does goes on (R2)."""
    return await view(database, await withdraw_area(database, development_area, by=key.name))


async def view(database: Database, it: Area) -> AreaView:
    async with database.reading() as connection:
        found = await areas.shown(connection, it.id)
    return tagged(found.area, _view(found))


def _page(found: list[Shown], after: str | None, limit: int) -> Page[AreaView]:
    left = [it for it in found if it.area.id > (after or "")]
    return page_of([_view(it) for it in left[: limit + 1]], limit, lambda it: it.id)


def _view(it: Shown) -> AreaView:
    return AreaView(**vars(it.area), county_branch_name=it.branch_name, county=it.county)
