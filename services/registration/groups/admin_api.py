"""A party's group: who takes part, who coordinates, who advises."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import MISSING, BaseModel, Field

from services.registration.groups import repository as groups
from services.registration.groups.domain.completeness import missing
from services.registration.groups.domain.group import Group
from services.registration.groups.domain.history import on_day
from services.registration.groups.domain.tenure import Role
from services.registration.groups.use_cases.add_participant import add_participant
from services.registration.groups.use_cases.attach_advisor import attach_advisor
from services.registration.groups.use_cases.correct_participant import correct_participant
from services.registration.groups.use_cases.correct_person import correct_person
from services.registration.groups.use_cases.detach_advisor import detach_advisor
from services.registration.groups.use_cases.elect_coordinator import elect_coordinator
from services.registration.groups.use_cases.remove_participant import remove_participant
from services.registration.groups.use_cases.replace_participant import replace_participant
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.people.admin_api import PersonView, Phone, person_view
from services.registration.people.domain.person import Contact, Person, normalised
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId
from shared.database import Database
from shared.web.api import (
    AN_ID,
    Administrator,
    Body,
    Bool,
    DatabaseOf,
    Day,
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
SINCE = "the day from which it is so; today, where it is left out"
Since = Annotated[Day | None, Field(description=SINCE)]
OnDay = Annotated[
    Day | None, Query(description="the first day without; today, where it is left out", examples=["2024-04-15"])
]
AsOf = Annotated[
    Day | None,
    Query(description="as it was at the end of this day; as it is, where it is left out", examples=["2024-04-15"]),
]


class PersonChanges(Body):
    """Only the fields that are given change."""

    model_config = example(email="kari.moe@molde.example", phone="+47 900 00 001")

    name: Line | MISSING = MISSING
    email: Email | MISSING | None = MISSING
    phone: Phone | MISSING | None = MISSING
    merge: Bool | MISSING = Field(
        MISSING, description="somebody else has this name and address: the two are one person from then on (N1)"
    )


class NewParticipant(Body):
    """The same name and e-mail address is the same person, over all parties (N1); without one, in this party alone."""

    model_config = example(
        name="Per Moen",
        email="per.moen@molde.example",
        phone="+47 900 00 002",
        role="Kommunalsjef for oppvekst",
        represents_school_owner=True,
    )

    name: Line
    email: Email | None = Field(None, description="who coordinates needs one")
    phone: Phone | None = None
    role: Line | None = None
    represents_school_owner: Bool = Field(default=False, description="one of the group must (R3)")
    on: Since = None


class ParticipantChanges(Body):
    """Only the fields that are given change."""

    model_config = example(role="Rektor", represents_school_owner=False)

    role: Line | MISSING | None = MISSING
    represents_school_owner: Bool | MISSING = MISSING
    joined_on: Day | MISSING = MISSING


class Successor(Body):
    """Who takes the place of a participant, and all that this one was in the group (R5)."""

    model_config = example(name="Siri Aas", email="siri.aas@molde.example")

    name: Line
    email: Email | None = Field(None, description="who coordinates needs one")
    phone: Phone | None = None
    role: Line | None = Field(None, description="as the one who is replaced, where it is left out")
    on: Since = None


class Election(Body):
    model_config = example(participant=AN_ID)

    participant: EntityId = Field(description="the id of one of the group's participants")
    on: Since = None


class Attachment(Body):
    model_config = example(advisor=AN_ID)

    advisor: EntityId = Field(description="the id of one of the council's advisors")
    on: Since = None


class ParticipantView(BaseModel):
    id: str
    person: str
    name: str | None = Field(description="null, as the address, where it is lost and to be said anew")
    email: str | None
    phone: str | None
    role: str | None
    represents_school_owner: bool
    joined_on: date | None = Field(description="null, where that was before it was kept")
    left_on: date | None = Field(description="the first day without, where it is known by now")


class TenureView(BaseModel):
    """What somebody was in the group, from when until when."""

    was: Role
    person: str
    name: str | None
    erased: bool = Field(description="whether the person was erased (N2)")
    from_on: date | None = Field(description="null, where that was before it was kept")
    until_on: date | None = Field(description="the first day on which it was so no more; null, where it still is")


class GroupView(BaseModel):
    """Those who left stand in its history alone."""

    version: int
    programme: str
    party: str
    party_name: str
    participants: list[ParticipantView]
    coordinator: str | None = Field(description="a participant's id")
    coordinator_name: str | None
    advisor: PersonView | None
    missing: list[str] = Field(description="what the agreement waits for, or what it lacks since (R3, R5)")
    missing_codes: list[str] = Field(description="the same by codes, as those of refusals")
    history: list[TenureView] = Field(description="who took part, coordinated and advised, the first ones first")
    added: str | None = Field(None, description="the id of the participant whom the request added, or found there")


@router.post(f"{GROUP}/participants", status_code=201, operation_id="add_participant", dependencies=[IF_MATCH])
async def add(
    programme: ProgrammeInPath, party: PartyInPath, body: NewParticipant, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Add a participant to a party's group (R5)."""
    group = await add_participant(
        database,
        programme,
        party,
        Contact(name=body.name, email=body.email, phone=body.phone),
        role=body.role,
        represents_school_owner=body.represents_school_owner,
        on=body.on,
        by=key.name,
    )
    return _with_added(await view(database, group), body)


@router.delete(f"{GROUP}/participants/{{participant}}", operation_id="remove_participant", dependencies=[IF_MATCH])
async def remove(
    *,
    programme: ProgrammeInPath,
    party: PartyInPath,
    participant: IdInPath,
    database: DatabaseOf,
    key: Administrator,
    on: OnDay = None,
) -> GroupView:
    """Remove a participant who left (R5)."""
    return await view(database, await remove_participant(database, programme, party, participant, on=on, by=key.name))


@router.patch(f"{GROUP}/participants/{{participant}}", operation_id="correct_participant", dependencies=[IF_MATCH])
async def correct_one(
    *,
    programme: ProgrammeInPath,
    party: PartyInPath,
    participant: IdInPath,
    body: ParticipantChanges,
    database: DatabaseOf,
    key: Administrator,
) -> GroupView:
    """Correct what was recorded of a participant; the person has a route of their own (R3, R5)."""
    changes = body.model_dump()
    joined_on = changes.pop("joined_on", None)
    group = await correct_participant(
        database, programme, party, participant, changes, joined_on=joined_on, by=key.name
    )
    return await view(database, group)


@router.post(
    f"{GROUP}/participants/{{participant}}/successor", operation_id="replace_participant", dependencies=[IF_MATCH]
)
async def put_in_place(
    *,
    programme: ProgrammeInPath,
    party: PartyInPath,
    participant: IdInPath,
    body: Successor,
    database: DatabaseOf,
    key: Administrator,
) -> GroupView:
    """Have somebody take the place of a participant, the coordinator's too (R5)."""
    successor = Contact(name=body.name, email=body.email, phone=body.phone)
    group = await replace_participant(
        database, programme, party, participant, successor, role=body.role, on=body.on, by=key.name
    )
    return _with_added(await view(database, group), body)


@router.post(f"{GROUP}/coordinator", operation_id="elect_coordinator", dependencies=[IF_MATCH])
async def elect(
    programme: ProgrammeInPath, party: PartyInPath, body: Election, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Record whom the group elected as its coordinator; said again with another day, that day is corrected (R5)."""
    group = await elect_coordinator(database, programme, party, body.participant, on=body.on, by=key.name)
    return await view(database, group)


@router.post(f"{GROUP}/advisor", operation_id="attach_advisor", dependencies=[IF_MATCH])
async def attach(
    programme: ProgrammeInPath, party: PartyInPath, body: Attachment, database: DatabaseOf, key: Administrator
) -> GroupView:
    """Attach an advisor to a party's group; said again with another day, that day is corrected (R8)."""
    group = await attach_advisor(database, programme, party, body.advisor, on=body.on, by=key.name)
    return await view(database, group)


@router.delete(f"{GROUP}/advisor", operation_id="detach_advisor", dependencies=[IF_MATCH])
async def detach(
    programme: ProgrammeInPath, party: PartyInPath, database: DatabaseOf, key: Administrator, on: OnDay = None
) -> GroupView:
    """Have a party's group be without an advisor, until another is attached (R8)."""
    return await view(database, await detach_advisor(database, programme, party, on=on, by=key.name))


@router.get(GROUP)
async def show_group(
    programme: ProgrammeInPath, party: PartyInPath, database: DatabaseOf, _: Administrator, on: AsOf = None
) -> GroupView:
    """Show a party's group, and what it lacks."""
    async with database.reading() as connection:
        await programmes.get(connection, programme)
        group = await groups.of_party(connection, programme, await parties.get(connection, party))
    return await view(database, on_day(group, on) if on else group)


@router.patch("/people/{person}", operation_id="correct_person", dependencies=[if_match(Person)])
async def correct(person: IdInPath, body: PersonChanges, database: DatabaseOf, key: Administrator) -> PersonView:
    """Correct a person's name, address or telephone number (N2); with `merge`, have two be one (N1)."""
    changes = body.model_dump(exclude={"merge"})
    found = await correct_person(database, person, changes, merge=body.merge is True, by=key.name)
    return tagged(found, person_view(found))


def _with_added(shown: GroupView, body: NewParticipant | Successor) -> GroupView:
    """In a group nobody stands twice: the same name and address is the same person (N1)."""
    found = [
        it.id
        for it in shown.participants
        if it.name and (normalised(it.name), it.email) == (normalised(body.name), body.email)
    ]
    return shown.model_copy(update={"added": found[0] if found else None})


async def view(database: Database, group: Group) -> GroupView:
    person_of = {it.id: it.person for it in group.participants}
    who = [person_of.get(it.who, it.who) for it in group.tenures]
    async with database.reading() as connection:
        known = await people.of_ids(connection, [group.advisor, *person_of.values(), *who])
        party = await parties.get(connection, group.party)
    stays = {it.who: it for it in group.tenures if it.role == "participant"}  # of each the last
    participants = [
        ParticipantView(
            id=it.id,
            person=it.person,
            name=known[it.person].name,
            email=known[it.person].email,
            phone=known[it.person].phone,
            role=it.role,
            represents_school_owner=it.represents_school_owner,
            joined_on=stays[it.id].from_on,
            left_on=stays[it.id].until_on,
        )
        for it in group.present
    ]
    history = [
        TenureView(
            was=it.role,
            person=person,
            name=known[person].name,
            erased=known[person].erased,
            from_on=it.from_on,
            until_on=it.until_on,
        )
        for it, person in zip(group.tenures, who, strict=True)
    ]
    shown = GroupView(
        version=group.version,
        programme=group.programme,
        party=group.party,
        party_name=party.name,
        participants=participants,
        coordinator=group.coordinator,
        coordinator_name=known[person_of[group.coordinator]].name if group.coordinator else None,
        advisor=person_view(known[group.advisor]) if group.advisor else None,
        missing=[str(it) for it in missing(group)],
        missing_codes=[it.code for it in missing(group)],
        history=history,
    )
    return tagged(group, shown)
