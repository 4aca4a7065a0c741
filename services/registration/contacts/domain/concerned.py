"""Who is to hear of something (N1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.registration.people.domain.person import Person

Purpose = Literal["application", "invitation", "agreement", "concern", "end", "invoice"]


@dataclass(frozen=True, kw_only=True)
class Around:
    """The people around a party in a programme, as far as they are known."""

    contact_person: Person | None  # the application's
    coordinator: Person | None
    advisor: Person | None  # the council's contact person for this party
    signatories: Sequence[Person]

    @property
    def contact(self) -> Person | None:
        """The party's contact person: its coordinator, once there is one."""
        return self.coordinator or self.contact_person


def concerned(around: Around, purpose: Purpose) -> list[Person]:
    """Nobody twice: one mail an address; and nobody of whom no address is known."""
    if purpose in ("invitation", "concern"):
        return _once([around.contact, around.advisor])
    if purpose == "agreement":
        return _once([*around.signatories, around.contact])
    return _once([around.contact])


def _once(people: Iterable[Person | None]) -> list[Person]:
    return list({it.email.lower(): it for it in people if it is not None and it.email}.values())
