"""People in requests and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from services.registration.domain.person import Contact, Person
from shared.web.api import Body, Email, Line

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


def person_view(it: Person) -> PersonView:
    return PersonView(id=it.id, name=it.name, email=it.email, phone=it.phone)
