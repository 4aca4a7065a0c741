"""Somebody is taken out of what people wrote, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.erasure.domain.prose import names, without, words_of
from services.registration.people.domain.person import COUNCIL, Person

KARI = Person(id="one", scope=COUNCIL, name="Kari Ås Vik", email="kari.vik@molde.example", phone="+47 900 00 000")
PATTERN = words_of(KARI).pattern


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Kari Ås Vik møtte ikke.", "[slettet] møtte ikke."),
        ("KARI  ÅS VIK (kari.vik@molde.example, +47 900 00 000)", "[slettet] ([slettet], [slettet])"),
        ("Kari Ås Viken og Kari", "Kari Ås Viken og Kari"),
        ("okari.vik@molde.example", "okari.vik@molde.example"),
        ("ola.kari.vik@molde.example", "ola.kari.vik@molde.example"),
        ("ola-kari.vik@molde.example", "ola-kari.vik@molde.example"),
        ("a+kari.vik@molde.example", "a+kari.vik@molde.example"),
        ("kari.vik@molde.example.no", "kari.vik@molde.example.no"),
        ("kari.vik@molde.example-skole.no", "kari.vik@molde.example-skole.no"),
        ("Skriv til kari.vik@molde.example.", "Skriv til [slettet]."),
        ("<kari.vik@molde.example>, -kari.vik@molde.example-", "<[slettet]>, -[slettet]-"),
        ("Ikke kari.vik@molde.example-adressen. Spør Ola.", "Ikke [slettet]-adressen. Spør Ola."),
        ("...kari.vik@molde.example\n.Slutt", "...[slettet]\n.Slutt"),
    ],
)
def test_by_the_whole_name_the_address_and_the_telephone_number(text: str, left: str) -> None:
    assert PATTERN is not None
    assert without(text, PATTERN) == left
    assert names(text, PATTERN) == (text != left)


def test_in_json_too() -> None:
    assert PATTERN is not None
    said = {"dialogue": {"met": True, "reason": "Kari Ås Vik svarte."}, "more": ["kari ås vik"], "n": 1}
    assert without(said, PATTERN) == {
        "dialogue": {"met": True, "reason": "[slettet] svarte."},
        "more": ["[slettet]"],
        "n": 1,
    }


def test_a_name_of_one_word_and_an_extension_are_not_searched_for() -> None:
    assert words_of(replace(KARI, name="Rektor", email=None, phone="1234")).pattern is None
