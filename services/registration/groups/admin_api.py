"""A party's group: who takes part, who coordinates, who advises."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import MISSING, BaseModel

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
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId
from shared.database import Database
from shared.web.api import (
    Administrator,
    Body,
    Bool,
    DatabaseOf,
    Email,
    Line,
)

router = APIRouter(prefix="/registration", tags=["groups"])

GROUP = "/programmes/{programme}/groups/{party}"


class PersonChanges(Body):
    """Only the fields that are given change."""

    name: Line | MISSING = MISSING
    email: Email | MISSING = MISSING
    phone: Phone | MISSING | None = MISSING


class NewParticipant(ContactBody):
    role: Line | None = None
    represents_school_owner: Bool = False


class Election(Body):
    participant: EntityId


class Attachment(Body):
    advisor: EntityId


class ParticipantView(BaseModel):
    id: str
    person: str
    name: str
    email: str
    phone: str | None
    role: str | None
    represents_school_owner: bool


class GroupView(BaseModel):
    """Those who left are not shown."""

    version: int
    programme: str
    party: str
    participants: list[ParticipantView]
    coordinator: str | None  # a participant's id
    advisor: PersonView | None
    missing: list[str]  # what the agreement waits for (R3, R5)


@router.post(f"{GROUP}/participants", status_code=201)
async def add(programme: str, party: str, body: NewParticipant, database: DatabaseOf, key: Administrator) -> GroupView:
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


@router.delete(f"{GROUP}/participants/{{participant}}")
async def remove(programme: str, party: str, participant: str, database: DatabaseOf, key: Administrator) -> GroupView:
    return await view(database, await remove_participant(database, programme, party, participant, by=key.name))


@router.post(f"{GROUP}/coordinator")
async def elect(programme: str, party: str, body: Election, database: DatabaseOf, key: Administrator) -> GroupView:
    return await view(database, await elect_coordinator(database, programme, party, body.participant, by=key.name))


@router.post(f"{GROUP}/advisor")
async def attach(programme: str, party: str, body: Attachment, database: DatabaseOf, key: Administrator) -> GroupView:
    return await view(database, await attach_advisor(database, programme, party, body.advisor, by=key.name))


@router.get(GROUP)
async def show(programme: str, party: str, database: DatabaseOf, _: Administrator) -> GroupView:
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        group = await groups.of_party(connection, programme, await parties.get(connection, party))
    return await view(database, group)


@router.patch("/people/{person}")
async def correct(person: str, body: PersonChanges, database: DatabaseOf, key: Administrator) -> PersonView:
    return person_view(await correct_person(database, person, body.model_dump(), by=key.name))


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
    return GroupView(
        version=group.version,
        programme=group.programme,
        party=group.party,
        participants=participants,
        coordinator=group.coordinator,
        advisor=person_view(known[group.advisor]) if group.advisor else None,
        missing=[f"{it['rule']}: {it['message']}" for it in missing(group)],
    )
