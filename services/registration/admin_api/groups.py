"""A party's group: who takes part, who coordinates, who advises."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from services.registration.admin_api.people import ContactBody, PersonView, person_view
from services.registration.domain.group import Group, missing
from services.registration.repository import groups, parties, people, programmes
from services.registration.use_cases.add_participant import add_participant
from services.registration.use_cases.attach_advisor import attach_advisor
from services.registration.use_cases.elect_coordinator import elect_coordinator
from services.registration.use_cases.remove_participant import remove_participant
from shared.database import Database
from shared.events.envelope import EntityId
from shared.web.api import Administrator, Body, Bool, DatabaseOf, Line

router = APIRouter(prefix="/registration/programmes/{programme}/groups/{party}", tags=["groups"])


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


@router.post("/participants", status_code=201)
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


@router.delete("/participants/{participant}")
async def remove(programme: str, party: str, participant: str, database: DatabaseOf, key: Administrator) -> GroupView:
    return await view(database, await remove_participant(database, programme, party, participant, by=key.name))


@router.post("/coordinator")
async def elect(programme: str, party: str, body: Election, database: DatabaseOf, key: Administrator) -> GroupView:
    return await view(database, await elect_coordinator(database, programme, party, body.participant, by=key.name))


@router.post("/advisor")
async def attach(programme: str, party: str, body: Attachment, database: DatabaseOf, key: Administrator) -> GroupView:
    return await view(database, await attach_advisor(database, programme, party, body.advisor, by=key.name))


@router.get("")
async def show(programme: str, party: str, database: DatabaseOf, _: Administrator) -> GroupView:
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        group = await groups.of_party(connection, programme, await parties.get(connection, party))
    return await view(database, group)


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
