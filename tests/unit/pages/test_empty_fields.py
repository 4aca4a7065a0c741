"""What a form sends of a field that was emptied, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from pages.applications import view as applications
from pages.frame.api import Refused
from pages.frame.forms import body_of, refused
from pages.municipalities.changes import CHANGES

FILL_IN = "Feltet må fylles ut."


def test_what_is_required_goes_as_it_is_where_the_form_has_it() -> None:
    names = ("name", "county", "role", "address.street")
    given = {"name": " ", "county": "", "role": ""}
    body = body_of(given, *names, nulls=("county",), required=("name", "address.street"))
    assert body == {"name": "", "county": None}


@pytest.mark.parametrize(
    ("body", "emptied", "kept"),
    [
        (
            CHANGES["fakta"].body,
            {"name", "municipality_number", "address.street", "address.postal_code", "address.city"},
            {"official_name"},
        ),
        (CHANGES["endre-avtale"].body, {"payer_reference", "period_start", "period_end"}, set()),
        (
            CHANGES["bytt-signatar"].body,
            {"signatories.leader.name", "signatories.leader.email"},
            {"signatories.leader.phone"},
        ),
        (
            applications.changed,
            {"answers.development_area", "contact_person.name", "contact_person.email", "payer_reference"},
            {"contact_person.phone"},
        ),
    ],
)
def test_a_change_says_which_fields_were_emptied(body: Any, emptied: set[str], kept: set[str]) -> None:
    sent = body(dict.fromkeys(emptied | kept, ""))
    assert {name for name, value in _flat(sent) if value == ""} == emptied


def _flat(body: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in body.items():
        found += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
    return found


def test_a_day_that_is_not_known_may_stay_so() -> None:
    values = {"role": "Rektor", "joined_on": "", "represents_school_owner": ""}
    body = CHANGES["rett-deltaker"].body
    assert "joined_on" not in body(values | {"was": ""})
    assert body(values | {"was": "2024-08-01"})["joined_on"] == ""


@pytest.mark.parametrize("code", ["string_too_short", "not_a_day", "not_an_address", "not_four_digits", "int_type"])
def test_an_empty_field_is_to_be_filled_in_however_it_would_be_written(code: str) -> None:
    why = Refused(422, {"code": "not_valid", "errors": [{"field": "it", "code": code, "values": {}}]})
    assert refused("f", {"it": " "}, why).faults == {"it": FILL_IN}


def test_what_was_typed_wrong_is_said_to_be_wrong() -> None:
    why = Refused(422, {"code": "not_valid", "errors": [{"field": "it", "code": "not_four_digits"}]})
    assert refused("f", {"it": "70"}, why).faults == {"it": "Skriv fire sifre."}


def test_a_rule_about_an_empty_field_is_said_as_it_is() -> None:
    why = Refused(422, {"code": "address_is_missing", "errors": [{"field": "it", "code": "address_is_missing"}]})
    assert refused("f", {"it": ""}, why).faults["it"].startswith("Oppgi en e-postadresse")
