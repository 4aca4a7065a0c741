"""People: who is written to. All of it is personal data and never leaves in an event (N2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.errors import Conflict, RuleBroken

COUNCIL = "council"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person as a request names them."""

    name: str
    email: str
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """One of a party's people, or of the council's: among these, two with the same e-mail address are the same person."""

    id: str
    scope: str  # the party's organisation number, or COUNCIL
    name: str | None  # neither of these two: lost, and to be said anew
    email: str | None
    phone: str | None

    @property
    def untold(self) -> tuple[str | None, ...]:
        """What changes without an event: all of it."""
        return self.name, self.email, self.phone

    def merged_with(self, contact: Contact) -> Person:
        """The person with what a request adds: a telephone number. Raises Conflict where it names another name or number."""
        if contact.name != self.name:
            msg = "another name stands with this e-mail address; correct the person first"
            raise Conflict(msg, rule="N2", field="name")
        if contact.phone and self.phone and contact.phone != self.phone:
            msg = "another telephone number stands with this e-mail address; correct the person first"
            raise Conflict(msg, rule="N2", field="phone")
        return replace(self, phone=self.phone or contact.phone)


def check(person: Person) -> None:
    """Raises RuleBroken for someone with a name and no address, or the other way round."""
    if (person.name is None) != (person.email is None):
        field = "name" if person.name is None else "email"
        msg = "of a person who was lost, name and e-mail address are said together"
        raise RuleBroken(msg, rule="N2", field=field)
