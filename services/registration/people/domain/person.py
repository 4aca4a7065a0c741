"""People: who is written to. All of it is personal data and never leaves in an event (N2).

Persons are the council's: the same name and the same address is the same person over all parties. Someone without an
address belongs to one party alone (N1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.errors import Conflict, RuleBroken
from shared.text import one_line

COUNCIL = "council"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person as a request names them."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    scope: str  # of someone without an address the party's organisation number; else it says nothing, and is COUNCIL
    name: str | None  # none: erased, or lost and to be said anew
    email: str | None  # none where lost, or where there is none
    phone: str | None
    erased: bool = False  # on purpose, and for good: nothing is to be said anew (N2)

    @property
    def untold(self) -> tuple[str | None, ...]:
        """What changes without an event: all of it."""
        return self.name, self.email, self.phone

    @property
    def is_lost(self) -> bool:
        return self.name is None and not self.erased

    @property
    def sought_by(self) -> str:
        """What the person is found by, as `words` of a search are compared with it."""
        digits = "".join(it for it in self.phone or "" if it.isdecimal())
        return " ".join([normalised(self.name or ""), (self.email or "").lower(), digits]).strip()

    def is_called(self, name: str) -> bool:
        return self.name is not None and normalised(self.name) == normalised(name)

    def named_again(self, contact: Contact) -> Person:
        """The person with the telephone number that a request names; another than before is no conflict (N1)."""
        return replace(self, phone=contact.phone or self.phone)


def normalised(name: str) -> str:
    """A name as it is compared: what looks the same is the same, in capitals too."""
    return one_line(name).casefold()


def words(sought: str) -> list[str]:
    """What a search looks for, all of it: in capitals or not, and a telephone number with its spaces or without."""
    found = normalised(sought)
    if found and all(it.isdecimal() or it in "+ " for it in found):
        return [found.replace(" ", "").removeprefix("+")]
    return found.split()


def check_not_erased(person: Person) -> None:
    """Raises Conflict for who was erased: that is not taken back (N2)."""
    if person.erased:
        msg = "this person was erased, and stays so; who is registered with name and address is another"
        raise Conflict(msg, code="person_is_erased", rule="N2", field="person")


def check(person: Person) -> None:
    """Raises RuleBroken for an address without a name: of a person who was lost, the name is said too."""
    if person.name is None and person.email is not None:
        msg = "of a person who was lost, the name is said with the address"
        raise RuleBroken(msg, code="name_and_address_are_missing", rule="N2", field="name")
