from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.people.domain.person import COUNCIL, Contact, Person, words
from services.registration.people.domain.pointing import Pointing, scope_of
from shared.errors import RuleBroken

MOLDE, AURE = "921221967", "964981426"
EMAIL = "kari.vik@molde.example"
PERSON = Person(id="one", scope=COUNCIL, name="Kari Ås Vik", email=EMAIL, phone="+47 900 00 000")
IN_MOLDE = Pointing(what="participant", programme="regionalt-2024-2025", party=MOLDE)


def test_another_telephone_number_is_no_conflict_and_the_last_one_stands() -> None:
    assert PERSON.named_again(Contact(name="Kari Ås Vik", email=EMAIL, phone="90000001")).phone == "90000001"
    assert PERSON.named_again(Contact(name="Kari Ås Vik", email=EMAIL)) == PERSON


def test_a_name_is_the_same_in_capitals_and_with_other_spaces() -> None:
    for name in ("Kari Ås Vik", "KARI  ÅS VIK", "kari ås\N{NO-BREAK SPACE}vik", "Kari A\N{COMBINING RING ABOVE}s Vik"):
        assert PERSON.is_called(name), name
    assert not PERSON.is_called("Kari Aas Vik")
    assert not replace(PERSON, name=None).is_called("")


@pytest.mark.parametrize("sought", ["kari", "VIK kari", "ÅS", "molde.example", "+47 900 00 000", "90000", "900 00"])
def test_a_person_is_found_by_words_of_what_is_known(sought: str) -> None:
    assert all(word in PERSON.sought_by for word in words(sought))


def test_who_has_no_address_belongs_to_one_party_alone() -> None:
    young = replace(PERSON, email=None)
    assert scope_of(PERSON, []) == COUNCIL
    assert scope_of(young, [IN_MOLDE, replace(IN_MOLDE, programme="neste")]) == MOLDE
    assert scope_of(replace(young, scope=AURE), []) == AURE
    for pointing in ([], [IN_MOLDE, replace(IN_MOLDE, party=AURE)]):
        with pytest.raises(RuleBroken, match="N1: without an address a person belongs to one party alone"):
            scope_of(young, pointing)


def test_who_is_written_to_has_an_address() -> None:
    young = replace(PERSON, email=None)
    with pytest.raises(RuleBroken, match="N1: who is written to has an address"):
        scope_of(young, [IN_MOLDE, replace(IN_MOLDE, what="coordinator")])
    assert scope_of(young, [IN_MOLDE, replace(IN_MOLDE, what="advisor", is_over=True)]) == MOLDE
