"""A programme in figures; its groups with what each lacks, and the advisors with their municipalities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.registration.agreements import repository as agreements
from services.registration.applications import repository as applications
from services.registration.groups.domain.completeness import missing
from services.registration.overview import repository as overview
from services.registration.overview.repository import ListedAdvisor, ListedGroup
from services.registration.people.admin_api import PersonView
from services.registration.programmes import repository as programmes
from shared.web.api import (
    A_PROGRAMME,
    AN_ID,
    Administrator,
    After,
    AfterId,
    DatabaseOf,
    IsProse,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    ProgrammeInQuery,
    Reader,
    View,
    page_of,
)

router = APIRouter(prefix="/registration")

AdvisorInQuery = Annotated[str | None, Query(max_length=40, description="an advisor's id", examples=[AN_ID])]
OfProgramme = Annotated[
    str | None, Query(max_length=40, description="those that they have in this programme", examples=[A_PROGRAMME])
]


class GroupRow(BaseModel):
    """A group in short; who is in it is shown one by one."""

    programme: str
    party: str
    party_name: str
    version: int
    participants: int
    coordinator: str | None = Field(description="a participant's id")
    coordinator_name: str | None
    advisor: str | None = Field(description="a person's id")
    advisor_name: str | None
    missing: Annotated[list[str], IsProse] = Field(description="what it lacks (R3, R5)")
    missing_rules: list[str] = Field(description="by which rules it lacks that")
    missing_codes: list[str] = Field(description="the same by codes, as those of refusals")


class AdvisedView(View):
    programme: str
    party: str
    name: str = Field(description="the party's")


class AdvisorView(PersonView):
    advises: int = Field(
        description="how many parties, in all programmes together or in the one that is asked for, now"
    )
    municipalities: list[AdvisedView] = Field(description="these parties")


class Summary(BaseModel):
    """How many there are in a programme. Agreements that ended are among the signed ones."""

    applications: int
    accepted: int
    waiting_list: int
    offered: int
    declined: int
    withdrawn: int
    agreements_signed: int


@router.get("/summary", tags=["overview"], responses={404: {}})
async def show_summary(programme: ProgrammeInQuery, database: DatabaseOf, _: Reader) -> Summary:
    """Show a programme in figures."""
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        states = await applications.count(connection, programme)
        signed = await agreements.count_signed(connection, programme)
    return Summary(
        applications=sum(states.values()),
        accepted=states.get("accepted", 0),
        waiting_list=states.get("waiting_list", 0),
        offered=states.get("offered", 0),
        declined=states.get("declined", 0),
        withdrawn=states.get("withdrawn", 0),
        agreements_signed=signed,
    )


@router.get("/programmes/{programme}/groups", tags=["groups"])
async def list_groups(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Administrator,
    *,
    party: PartyInQuery = None,
    advisor: AdvisorInQuery = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[GroupRow]:
    """List a programme's groups by organisation number, with what each lacks; of those accepted, without participants too."""
    async with database.reading() as connection:
        found = await overview.groups(connection, programme, party=party, advisor=advisor, after=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
    return page_of([_group(it) for it in found], limit, lambda it: it.party)


@router.get("/advisors", tags=["people"], responses={404: {}})
async def list_advisors(
    database: DatabaseOf, _: Administrator, programme: OfProgramme = None, after: AfterId = None, limit: Limit = 100
) -> Page[AdvisorView]:
    """List the council's advisors in the order in which they were registered, with their municipalities (R8)."""
    async with database.reading() as connection:
        if programme is not None:
            await programmes.get(connection, programme)
        found = await overview.advisors(connection, programme=programme, after=after, limit=limit + 1)
    return page_of([_advisor(it) for it in found], limit, lambda it: it.id)


def _group(it: ListedGroup) -> GroupRow:
    group = it.group
    coordinator = next((one.person for one in group.present if one.id == group.coordinator), None)
    return GroupRow(
        programme=group.programme,
        party=group.party,
        party_name=it.party_name,
        version=group.version,
        participants=len(group.present),
        coordinator=group.coordinator,
        coordinator_name=it.people.get(coordinator) if coordinator else None,
        advisor=group.advisor,
        advisor_name=it.people.get(group.advisor) if group.advisor else None,
        missing=[str(one) for one in missing(group)],
        missing_rules=sorted({one.rule for one in missing(group)}),
        missing_codes=[one.code for one in missing(group)],
    )


def _advisor(it: ListedAdvisor) -> AdvisorView:
    person = {name: getattr(it.person, name) for name in PersonView.model_fields}
    municipalities = [AdvisedView.model_validate(one) for one in it.advises]
    return AdvisorView(**person, advises=len(municipalities), municipalities=municipalities)
