"""People in requests and answers, and the council's advisors (R8)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from services.registration.people import repository as people
from services.registration.people.domain.person import Contact, Person
from services.registration.people.use_cases.register_advisor import register_advisor
from shared.web.api import Administrator, Body, DatabaseOf, Email, Line

router = APIRouter(prefix="/registration", tags=["people"])

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ]{3,20}$")]


class ContactBody(Body):
    name: Line
    email: Email
    phone: Phone | None = None

    def contact(self) -> Contact:
        return Contact(name=self.name, email=self.email, phone=self.phone)


class PersonView(BaseModel):
    id: str
    name: str
    email: str
    phone: str | None


@router.post("/advisors", status_code=201)
async def register_one(body: ContactBody, database: DatabaseOf, key: Administrator) -> PersonView:
    return person_view(await register_advisor(database, body.contact(), by=key.name))


@router.get("/advisors")
async def show_advisors(database: DatabaseOf, _: Administrator) -> list[PersonView]:
    async with database.reading() as connection:
        return [person_view(it) for it in await people.advisors(connection)]


def person_view(it: Person) -> PersonView:
    return PersonView(id=it.id, name=it.name, email=it.email, phone=it.phone)
