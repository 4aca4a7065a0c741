"""The contracts with other systems: within a version an event only gains optional fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.catalogue import EVENT_TYPES, PUBLISHERS

SNAPSHOTS = (
    Path(__file__).parent / "snapshots"
)  # one file per publisher: JSON schemas by type; `make schemas` writes them


def snapshot(publisher: str) -> dict[str, Any]:
    return json.loads((SNAPSHOTS / f"{publisher}.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_what_was_promised_still_holds(publisher: str) -> None:
    now = {it.type: it.json_schema() for it in EVENT_TYPES if it.publisher == publisher}
    for type_, promised in snapshot(publisher).items():
        assert type_ in now, f"{type_} is gone"
        assert breaks(promised, now[type_]) == [], type_


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_every_contract_has_its_snapshot(publisher: str) -> None:
    """After a change that breaks nothing, `make schemas` brings the snapshots up to date."""
    assert snapshot(publisher) == {it.type: it.json_schema() for it in EVENT_TYPES if it.publisher == publisher}


def breaks(promised: Any, now: Any, where: str = "") -> list[str]:
    """What a reader of the promised schema could not read, or no longer finds, in the schema as it is now."""
    if not isinstance(promised, dict) or not isinstance(now, dict):
        return [] if promised == now else [f"{where}: {promised!r} became {now!r}"]
    found = []
    for key, value in promised.items():
        if key in ("title", "description"):
            continue
        if key == "required":
            found += [f"{where}: {field} is no longer required" for field in set(value) - set(now.get(key, []))]
        elif key not in now:
            found.append(f"{where}/{key} is gone")
        else:
            found += breaks(value, now[key], f"{where}/{key}")
    for key in set(now.get("required", [])) - set(promised.get("required", [])):
        found.append(f"{where}: {key} is required now")
    return found


def test_a_field_that_is_removed_renamed_or_required_breaks_a_contract() -> None:
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]}
    removed = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    retyped = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}
    required = schema | {"required": ["a", "b"]}
    loosened = schema | {"required": []}
    gained = {"properties": schema["properties"] | {"c": {"type": "string"}}, "required": ["a"]}  # type: ignore[operator]
    assert all(breaks(schema, changed) for changed in (removed, retyped, required, loosened))
    assert breaks(schema, gained) == []
