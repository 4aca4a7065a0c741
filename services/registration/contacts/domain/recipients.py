"""Who is to hear of something, by what it is about (N1): of a concern, of an invoice, of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.registration.people.domain.person import Person

Purpose = Literal["application", "invitation", "agreement", "concern", "end", "invoice"]


@dataclass(frozen=True, kw_only=True)
class PartyPeople:
    """Those who have to do with a party in a programme, as far as they are known."""

    contact_person: Person | None  # the application's
    coordinator: Person | None
    advisor: Person | None  # the council's contact person for this party
    signatories: Sequence[Person]  # who is to sign, or has
    signed: Sequence[Person] = ()  # those of them who have

    @property
    def contact(self) -> Person | None:
        """The party's contact person: its coordinator, once there is one."""
        return self.coordinator or self.contact_person


def recipients_of(people: PartyPeople, purpose: Purpose) -> list[Person]:
    """Who is to hear of something, by what it is about (N1). Two who share an e-mail address get one mail, and nobody of
    whom no address is known.
    """
    return list({it.email.lower(): it for it in _concerned(people, purpose) if it.email}.values())


def lost_of(people: PartyPeople, purpose: Purpose) -> list[Person]:
    """Who else should hear of it, and has lost the address."""
    return list({it.id: it for it in _concerned(people, purpose) if not it.email}.values())


def _concerned(people: PartyPeople, purpose: Purpose) -> list[Person]:
    found: Iterable[Person | None] = [people.contact]
    if purpose in ("invitation", "concern"):
        found = [people.contact, people.advisor]
    elif purpose == "agreement":
        found = [*people.signatories, people.contact]
    elif purpose == "end":
        found = [*people.signed, people.contact]
    return [it for it in found if it is not None]
