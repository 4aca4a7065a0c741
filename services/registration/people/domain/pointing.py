"""What points to a person, and what follows from it: whether they need an address, and whose they are without one (N1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registration.people.domain.person import COUNCIL, Person
from shared.errors import RuleBroken

What = Literal[
    "contact_person",
    "participant",
    "coordinator",
    "advisor",
    "signatory",
    "named_in_document",  # of an agreement, which is kept: who was to sign it before somebody else was
    "council_contact_person",
]


@dataclass(frozen=True, kw_only=True)
class Pointing:
    """What somebody is, in which programme and for which party."""

    what: What
    programme: str
    party: str | None  # none: for the council
    is_over: bool = False
    party_name: str | None = None
    last_day: date | None = (
        None  # of the programme, or of an agreement in it that is longer; of what is signed, its own
    )
    is_let_go: bool = False  # the application was withdrawn or declined, the agreement called back

    def needs_them_on(self, day: date) -> bool:
        """Whether it needs the person on this day in Norway: a programme that runs, an agreement in force (N2)."""
        return not self.is_over and not self.is_let_go and self.last_day is not None and day <= self.last_day

    def __str__(self) -> str:
        was = "was " if self.is_over else ""
        of = f" of {self.party}" if self.party else ""
        return f"{was}{self.what.replace('_', ' ')}{of} in {self.programme}"


def scope_of(person: Person, pointing: Collection[Pointing]) -> str:
    """The council, for who has an address; else the one party that the person has to do with.

    Raises RuleBroken where somebody without an address is written to, or has to do with no party, or with several.
    """
    if person.email is not None:
        return COUNCIL
    if person.is_lost:
        return person.scope
    if any(it.what != "participant" and not it.is_over for it in pointing):
        msg = "who is written to has an address: a contact person, coordinator, advisor or signatory"
        raise RuleBroken(msg, code="address_is_missing", rule="N1", field="email")
    found = {it.party for it in pointing if it.party} or {person.scope} - {COUNCIL}
    if len(found) != 1:
        msg = "without an address a person belongs to one party alone"
        raise RuleBroken(msg, code="address_of_several_parties", rule="N1", field="email")
    return found.pop()
