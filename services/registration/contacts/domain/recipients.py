"""Who is to hear of something, by what it is about (N1): of a concern, of an invoice, of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.registration.people.domain.person import Person

Purpose = Literal[
    "application",
    "invitation",
    "agreement",
    "advisor",
    "concern",
    "end",
    "invoice",
    "guidance",
    "attendance",
    "contact_list",
    "contact_list_missing",
    "programme",
]


@dataclass(frozen=True, kw_only=True)
class PartyPeople:
    """Those who have to do with a party in a programme, as far as they are known."""

    contact_person: Person | None  # the application's
    coordinator: Person | None
    advisor: Person | None  # the council's contact person for this party
    council: Person | None  # the council's contact person for the programme
    signatories: Sequence[Person]  # who is to sign, or has
    signed: Sequence[Person] = ()  # those of them who have
    participants: Sequence[Person] = ()  # of its group, without those who left

    @property
    def contact(self) -> Person | None:
        """The party's contact person: its coordinator, once there is one."""
        return self.coordinator or self.contact_person


@dataclass(frozen=True, kw_only=True)
class Reachable:
    """Whom a mail names, and how."""

    name: str
    email: str
    phone: str | None
    person: str  # the id


def recipients_of(people: PartyPeople, purpose: Purpose, *, raised_by: str | None = None) -> list[Person]:
    """Who is to hear of something, by what it is about (N1), each once, and nobody of whom no address is known.

    Two may share a mailbox. Whom of them it is written to knows who writes. `raised_by` is the side that raised
    a concern.
    """
    return list({it.id: it for it in _concerned(people, purpose, raised_by) if it.email}.values())


def staying_of(people: PartyPeople, purpose: Purpose) -> list[Person]:
    """Who keeps what they were invited to before, though others are invited now: who takes part in the group (S6)."""
    if purpose != "invitation":
        return []
    invited = {it.id for it in _concerned(people, purpose, None)}
    return [it for it in people.participants if it.email and it.id not in invited]


def lost_of(people: PartyPeople, purpose: Purpose, *, raised_by: str | None = None) -> list[Person]:
    """Who else should hear of it, or be named there, and has lost the address."""
    named = [people.advisor] if purpose == "advisor" and people.advisor else []
    concerned = [*_concerned(people, purpose, raised_by), *named]
    return list({it.id: it for it in concerned if it.is_lost}.values())


def reachable(person: Person | None) -> Reachable | None:
    """How somebody is reached; None for nobody, and for who is lost."""
    if person is None or person.name is None or person.email is None:
        return None
    return Reachable(name=person.name, email=person.email, phone=person.phone, person=person.id)


def _concerned(people: PartyPeople, purpose: Purpose, raised_by: str | None) -> list[Person]:
    found: Iterable[Person | None] = [people.contact]
    if purpose in ("invitation", "contact_list"):
        found = [people.contact, people.advisor]
    elif purpose == "guidance":
        found = [people.advisor]
    elif purpose == "programme":
        found = [people.council]
    elif purpose == "contact_list_missing":
        found = [people.contact, people.council or people.advisor]  # each side sees to what it lacks
    elif purpose == "agreement":
        found = [*people.signatories, people.contact]
    elif purpose == "end":
        found = [*people.signed, people.contact]
    elif purpose == "concern" and raised_by == "municipality":
        found = [people.contact, people.advisor, people.council]  # it may be about the advisor
    elif purpose == "concern":
        found = [people.contact, people.advisor or people.council]
    return [it for it in found if it is not None]
