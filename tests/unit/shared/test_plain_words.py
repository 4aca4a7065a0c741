"""What is wrong with a field is told as people say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.registration.people.admin_api import ContactBody
from shared.contracts.envelope import EntityId, OrganisationNumber, ProgrammeCode, Reference
from shared.web.plain_words import EXPECTED, in_plain_words

APIS = Path(__file__).parents[2] / "contract" / "apis"
A_DAY = '"^(20[0-9]{2}|2100)-"'  # of days, whose own validator says how one is written


def patterns() -> Iterator[str]:
    for document in APIS.glob("*.json"):
        yield from re.findall(r'"pattern": (".*")', document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("pattern", sorted(set(patterns()) - {A_DAY}))
def test_each_pattern_of_the_apis_has_words(pattern: str) -> None:
    found = TypeAdapter(str).validate_json(pattern)
    said = in_plain_words({"type": "string_pattern_mismatch", "ctx": {"pattern": found}, "msg": "the pattern"})
    assert said != "the pattern"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": "kari"}, "an e-mail address is written as kari.vik@molde.example"),
        ({}, "it is missing"),
        ({"email": "kari.vik@molde.example", "mobile": "1"}, "nobody knows it here"),
    ],
)
def test_what_is_wrong_is_said_plainly(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ContactBody.model_validate({"name": "Kari Vik"} | given)
    assert [in_plain_words({**it}) for it in caught.value.errors()] == [said]


@pytest.mark.parametrize("kind", [EntityId, OrganisationNumber, Reference, ProgrammeCode])
def test_what_the_events_contracts_have_by_a_pattern_is_said_plainly_too(kind: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python("KS:Bømlo")
    (said,) = [in_plain_words({**it}) for it in caught.value.errors()]
    assert said in {it.text for it in EXPECTED.values()}
