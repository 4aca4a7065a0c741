"""People in requests and answers, and the council's advisors (R8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from services.registration.people import repository as people
from services.registration.people.domain.person import Contact, Person, words
from services.registration.people.domain.pointing import Pointing, What
from services.registration.people.use_cases.delete_person import delete_person
from services.registration.people.use_cases.register_advisor import register_advisor
from shared import clock
from shared.web.api import (
    Administrator,
    AfterId,
    Body,
    DatabaseOf,
    Email,
    IdInPath,
    Limit,
    Line,
    Page,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["people"])

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ]{3,20}$")]


class ContactBody(Body):
    """The same name and e-mail address is the same person, over all parties (N1).

    The telephone number that is given last is the person's.
    """

    model_config = example(name="Jonas Brekke", email="jonas.brekke@raadet.example", phone="+47 900 00 000")

    name: Line
    email: Email
    phone: Phone | None = None

    def contact(self) -> Contact:
        return Contact(name=self.name, email=self.email, phone=self.phone)


class PersonView(BaseModel):
    id: str = Field(description="stays the same when name or address are corrected")
    name: str | None = Field(description="null, as the address, where it is lost and to be said anew")
    email: str | None
    phone: str | None
    erased: bool = Field(description="whether the person was erased: then the others are null for good (N2)")


class PointingView(BaseModel):
    """What somebody is, or was, for a party in a programme."""

    what: What
    programme: str
    party: str | None = Field(description="null, for the council's contact person")
    party_name: str | None
    is_over: bool = Field(description="who has left, advised, or was to sign")
    needs_them: bool = Field(description="whether it stands in the way of an erasure, today (N2)")


class FoundPersonView(PersonView):
    points_to_them: list[PointingView] = Field(description="without any the person can be deleted")


Sought = Annotated[
    str, Query(max_length=200, description="words of the name, the address or the telephone number", examples=["vik"])
]


@router.get("/people")
async def find_people(
    database: DatabaseOf, _: Administrator, q: Sought = "", after: AfterId = None, limit: Limit = 100
) -> Page[FoundPersonView]:
    """Find people, with what points to them."""
    async with database.reading() as connection:
        today = await clock.today(connection)
        found = await people.sought(connection, words(q), after=after, limit=limit)
        pointing = await people.pointing_to(connection, [it.id for it in found])
    return page_of([_found(it, pointing[it.id], today) for it in found], limit, lambda it: it.id)


@router.get("/people/{person}")
async def show_person(person: IdInPath, database: DatabaseOf, _: Administrator) -> FoundPersonView:
    """Show a person, with what points to them."""
    async with database.reading() as connection:
        found = await people.get(connection, person)
        pointing = (await people.pointing_to(connection, [person]))[person]
        return tagged(found, _found(found, pointing, await clock.today(connection)))


@router.delete("/people/{person}", operation_id="delete_person", dependencies=[if_match(Person)])
async def delete(person: IdInPath, database: DatabaseOf, _: Administrator) -> PersonView:
    """Delete a person to whom nothing points."""
    return person_view(await delete_person(database, person))


@router.post("/advisors", status_code=201, operation_id="register_advisor")
async def register(body: ContactBody, database: DatabaseOf, key: Administrator) -> PersonView:
    """Register an advisor of the council (R8)."""
    found = await register_advisor(database, body.contact(), by=key.name)
    return tagged(found, person_view(found))


def person_view(it: Person) -> PersonView:
    return PersonView(id=it.id, name=it.name, email=it.email, phone=it.phone, erased=it.erased)


def _found(it: Person, pointing: Sequence[Pointing], today: date) -> FoundPersonView:
    """`today` is a day in Norway."""
    views = [pointing_view(one, today) for one in pointing]
    return FoundPersonView(**vars(person_view(it)), points_to_them=views)


def pointing_view(it: Pointing, today: date) -> PointingView:
    """`today` is a day in Norway."""
    return PointingView(
        what=it.what,
        programme=it.programme,
        party=it.party,
        party_name=it.party_name,
        is_over=it.is_over,
        needs_them=it.needs_them_on(today),
    )
