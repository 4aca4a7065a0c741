"""People in requests and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from services.registration.domain.person import Contact, Person
from shared.web.api import Body, Line

# As HTML's <input type=email> has it: no quoting, no comments, ASCII.
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    ),
]
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
