"""Which changes break a contract, and which do not, on small made-up ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.promises import breaks

FIELDS: dict[str, Any] = {
    "title": {"type": "string", "pattern": "^[a-z]$", "description": "What it is called."},
    "state": {"type": "string", "enum": ["sent", "failed"]},
    "party": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}], "default": None},
    "days": {"type": "array", "items": {"type": "string", "format": "date"}},
    "place": {"$ref": "#/$defs/Place"},
    "amount_ore": {"type": "integer", "minimum": 0},
}
PLACE: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
PROMISED: dict[str, Any] = {
    "type": "object",
    "properties": FIELDS,
    "required": ["title", "state"],
    "$defs": {"Place": PLACE},
}
LOOSENED = frozenset({("^[a-z]$", "^[a-zA-Z]$")})


def having(**fields: Any) -> dict[str, Any]:
    """The contract with these fields changed or added; None takes a field away."""
    changed = {name: schema for name, schema in (FIELDS | fields).items() if schema is not None}
    return PROMISED | {"properties": changed}


def with_place(**changes: Any) -> dict[str, Any]:
    return PROMISED | {"$defs": {"Place": PLACE | changes}}


@pytest.mark.parametrize(
    ("now", "where"),
    [
        (having(title=None), "/properties/title is gone"),
        (having(title=None, name=FIELDS["title"]), "/properties/title is gone"),
        (having(amount_ore={"type": "number", "minimum": 0}), "/properties/amount_ore/type"),
        (having(amount_ore={"type": "integer", "minimum": -1}), "/properties/amount_ore/minimum"),
        (having(amount_ore={"type": "integer", "minimum": 0, "maximum": 9}), "/properties/amount_ore/maximum"),
        (having(amount_ore={"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}), "/amount_ore/anyOf"),
        (having(state={"type": "string", "enum": ["sent"]}), "/properties/state/enum"),
        (having(state={"type": "string", "enum": ["sent", "refused"]}), "/properties/state/enum"),
        (having(state={"type": "string"}), "/properties/state/enum"),
        (having(title={"type": "string", "pattern": "^[a-m]$"}), "/properties/title/pattern"),
        (having(days={"type": "array", "items": {"type": "string"}}), "/properties/days/items/format"),
        (having(days={"type": "array"}), "/properties/days/items"),
        (having(party=FIELDS["party"] | {"default": "_"}), "/properties/party/default"),
        (having(party={"anyOf": [{"type": "string", "maxLength": 8}, {"type": "null"}], "default": None}), "maxLength"),
        (having(party={"anyOf": [{"type": "string", "maxLength": 9}], "default": None}), "/properties/party/anyOf"),
        (having(place={"$ref": "#/$defs/Address"}), "/properties/place/$ref"),
        (PROMISED | {"required": ["title"]}, "state may be absent now"),
        (PROMISED | {"required": ["title", "state", "party"]}, "party is required now"),
        (PROMISED | {"additionalProperties": False}, "/additionalProperties"),
        (PROMISED | {"$defs": {}}, "/$defs/Place is gone"),
        (with_place(properties={}, required=[]), "/$defs/Place/properties/city is gone"),
        (with_place(required=["city", "street"]), "/$defs/Place: street is required now"),
    ],
)
def test_what_a_reader_may_not_be_able_to_live_with_breaks_a_contract(now: dict[str, Any], where: str) -> None:
    found = list(breaks(PROMISED, now, loosened=LOOSENED))
    assert found
    assert any(where in it for it in found), found


@pytest.mark.parametrize(
    "now",
    [
        PROMISED,
        having(colour={"type": "string"}),
        having(title=FIELDS["title"] | {"title": "Title", "description": "How it is known.", "examples": ["a"]}),
        having(state={"type": "string", "enum": ["sent", "refused", "failed"]}),
        having(title={"type": "string"}),
        having(title={"type": "string", "pattern": "^[a-zA-Z]$"}),
        having(party={"anyOf": [{"type": "string", "maxLength": 20}, {"type": "null"}], "default": None}),
        having(party={"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
        with_place(properties={"city": {"type": "string"}, "street": {"type": "string"}}),
        PROMISED | {"$defs": {"Place": PLACE, "Colour": {"type": "string"}}},
    ],
)
def test_an_optional_field_more_and_wider_codes_and_patterns_do_not(now: dict[str, Any]) -> None:
    assert list(breaks(PROMISED, now, loosened=LOOSENED)) == []
