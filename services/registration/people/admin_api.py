"""People in requests and answers, and the council's advisors (R8)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from services.registration.people import repository as people
from services.registration.people.domain.person import Contact, Person
from services.registration.people.use_cases.register_advisor import register_advisor
from shared.web.api import Administrator, Body, DatabaseOf, Email, Line, example
from shared.web.etags import tagged

router = APIRouter(prefix="/registration", tags=["people"])

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ]{3,20}$")]


class ContactBody(Body):
    """The same name and e-mail address is the same person, over all parties (N1)."""

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


@router.post("/advisors", status_code=201, operation_id="register_advisor")
async def register(body: ContactBody, database: DatabaseOf, key: Administrator) -> PersonView:
    """Register an advisor of the council (R8)."""
    found = await register_advisor(database, body.contact(), by=key.name)
    return tagged(found, person_view(found))


@router.get("/advisors")
async def list_advisors(database: DatabaseOf, _: Administrator) -> list[PersonView]:
    """List the council's advisors."""
    async with database.reading() as connection:
        return [person_view(it) for it in await people.advisors(connection)]


def person_view(it: Person) -> PersonView:
    return PersonView(id=it.id, name=it.name, email=it.email, phone=it.phone)
