from __future__ import annotations

import pytest

from services.registration.people.domain.person import Contact, Person
from shared.errors import Conflict

PERSON = Person(id="one", scope="942110464", name="Kari Vik", email="kari.vik@molde.example", phone=None)


def test_a_person_who_is_named_again_gains_a_telephone_number_and_never_another_name() -> None:
    named = PERSON.merged_with(Contact(name="Kari Vik", email=PERSON.email, phone="90000000"))
    assert named.phone == "90000000"
    assert named.merged_with(Contact(name="Kari Vik", email=PERSON.email)) == named
    for other in (
        Contact(name="Kari Wik", email=PERSON.email),
        Contact(name="Kari Vik", email=PERSON.email, phone="90000001"),
    ):
        with pytest.raises(Conflict, match="N2"):
            named.merged_with(other)
