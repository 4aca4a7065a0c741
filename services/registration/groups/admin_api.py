"""A party's group: who takes part, who coordinates, who advises."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import MISSING, BaseModel, Field

from services.registration.groups import repository as groups
from services.registration.groups.domain.completeness import missing
from services.registration.groups.domain.group import Group
from services.registration.groups.use_cases.add_participant import add_participant
from services.registration.groups.use_cases.attach_advisor import attach_advisor
from services.registration.groups.use_cases.correct_person import correct_person
from services.registration.groups.use_cases.elect_coordinator import elect_coordinator
from services.registration.groups.use_cases.remove_participant import remove_participant
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.admin_api import ContactBody, PersonView, Phone, person_view
from services.registration.people.domain.person import Person
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId
from shared.database import Database
from shared.web.api import (
    AN_ID,
    Administrator,
    Body,
    Bool,
    DatabaseOf,
    Email,
    IdInPath,
    Line,
    PartyInPath,
    ProgrammeInPath,
    example,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["groups"])

GROUP = "/programmes/{programme}/groups/{party}"
IF_MATCH = if_match(Group)


class PersonChanges(Body):
    """Only the fields that are given change."""

    model_config = example(email="kari.moe@molde.example", phone="+47 900 00 001")

    name: Line | MISSING = MISSING
    email: Email | MISSING = MISSING
    phone: Phone | MISSING | None = MISSING


class NewParticipant(ContactBody):
    model_config = example(
        name="Per Moen",
        email="per.moen@molde.example",
        phone="+47 900 00 002",
        role="Kommunalsjef for oppvekst",
        represents_school_owner=True,
    )

    role: Line | None = None
    represents_school_owner: Bool = Field(default=False, description="one of the group must (R3)")


class Election(Body):
    model_config = example(participant=AN_ID)

    participant: EntityId = Field(description="the id of one of the group's participants")


class Attachment(Body):
    model_config = example(advisor=AN_ID)

    advisor: EntityId = Field(description="the id of one of the council's advisors")


class ParticipantView(BaseModel):
    id: str
    person: str
    name: str | None = Field(description="null, as the address, where it is lost and to be said anew")
    email: str | None
    phone: str | None
    role: str | None
    represents_school_owner: bool


class GroupView(BaseModel):
    """Those who left are not shown."""

    version: int
    programme: str
    party: str
    participants: list[ParticipantView]
    coordinator: str | None = Field(description="a participant's id")
    advisor: PersonView | None
    missing: list[str] = Field(description="what the agreement waits for (R3, R5)")


@router.post(f"{GROUP}/participants", status_code=201, operation_id="add_participant", dependencies=[IF_MATCH])
async def add(
    programme: ProgrammeInPath, party: PartyInPath, body: NewParticipant, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Add a participant to a party's group (R5)."""
    group = await add_participant(
        database,
        programme,
        party,
        body.contact(),
        role=body.role,
        represents_school_owner=body.represents_school_owner,
        by=key.name,
    )
    return await view(database, group)


@router.delete(f"{GROUP}/participants/{{participant}}", operation_id="remove_participant", dependencies=[IF_MATCH])
async def remove(
    programme: ProgrammeInPath, party: PartyInPath, participant: IdInPath, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Remove a participant who left (R5)."""
    return await view(database, await remove_participant(database, programme, party, participant, by=key.name))


@router.post(f"{GROUP}/coordinator", operation_id="elect_coordinator", dependencies=[IF_MATCH])
async def elect(
    programme: ProgrammeInPath, party: PartyInPath, body: Election, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Record whom the group elected as its coordinator (R5)."""
    return await view(database, await elect_coordinator(database, programme, party, body.participant, by=key.name))


@router.post(f"{GROUP}/advisor", operation_id="attach_advisor", dependencies=[IF_MATCH])
async def attach(
    programme: ProgrammeInPath, party: PartyInPath, body: Attachment, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Attach an advisor to a party's group (R8)."""
    return await view(database, await attach_advisor(database, programme, party, body.advisor, by=key.name))


@router.get(GROUP)
async def show_group(
    programme: ProgrammeInPath, party: PartyInPath, database: DatabaseOf, _: Administrator
) -> GroupView:
    """Show a party's group, and what it lacks."""
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        group = await groups.of_party(connection, programme, await parties.get(connection, party))
    return await view(database, group)


@router.patch("/people/{person}", operation_id="correct_person", dependencies=[if_match(Person)])
async def correct(person: IdInPath, body: PersonChanges, database: DatabaseOf, key: Administrator) -> PersonView:
    """Correct a person's name, address or telephone number (N2)."""
    found = await correct_person(database, person, body.model_dump(), by=key.name)
    return tagged(found, person_view(found))


async def view(database: Database, group: Group) -> GroupView:
    async with database.reading() as connection:
        known = await people.of_ids(connection, [group.advisor, *(it.person for it in group.present)])
    participants = [
        ParticipantView(
            id=it.id,
            person=it.person,
            name=known[it.person].name,
            email=known[it.person].email,
            phone=known[it.person].phone,
            role=it.role,
            represents_school_owner=it.represents_school_owner,
        )
        for it in group.present
    ]
    shown = GroupView(
        version=group.version,
        programme=group.programme,
        party=group.party,
        participants=participants,
        coordinator=group.coordinator,
        advisor=person_view(known[group.advisor]) if group.advisor else None,
        missing=[f"{it['rule']}: {it['message']}" for it in missing(group)],
    )
    return tagged(group, shown)
