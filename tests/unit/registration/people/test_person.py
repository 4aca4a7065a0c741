from __future__ import annotations

import pytest

from services.registration.people.domain.person import Contact, Person
from shared.errors import Conflict

EMAIL = "kari.vik@molde.example"
PERSON = Person(id="one", scope="942110464", name="Kari Vik", email=EMAIL, phone=None)


def test_a_person_who_is_named_again_gains_a_telephone_number_and_never_another_name() -> None:
    named = PERSON.merged_with(Contact(name="Kari Vik", email=EMAIL, phone="90000000"))
    assert named.phone == "90000000"
    assert named.merged_with(Contact(name="Kari Vik", email=EMAIL)) == named
    for other in (
        Contact(name="Kari Wik", email=EMAIL),
        Contact(name="Kari Vik", email=EMAIL, phone="90000001"),
    ):
        with pytest.raises(Conflict, match="N2"):
            named.merged_with(other)
