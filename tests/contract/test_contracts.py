"""The contracts with other systems and between the services: what was promised holds, and all of it is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.contracts import catalogue, questions, schemas
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.codes import OTHER
from shared.contracts.envelope import EventType, nats_subject
from shared.contracts.questions import QUESTIONS, Question
from tests.contract.kept import broken, contracts, snapshots

CLOUDEVENTS = json.loads((Path(__file__).parents[1] / "data" / "cloudevents-1.0.schema.json").read_text())
FILES = schemas.files()
GUIDE = Path(__file__).parents[2] / "docs" / "for-subscribers.md"
SCHEMAS = {name: content for name, content in contracts().items() if name.startswith(("entities/", "envelope"))}
SCHEMAS |= {
    f"{it.subject}: {part}": schema for it in QUESTIONS for part, schema in schemas.question_schemas(it).items()
}


def test_what_was_promised_still_holds() -> None:
    assert broken() == []


def test_every_contract_has_its_snapshot() -> None:
    """After a change that breaks nothing, `make schemas` brings the snapshots up to date."""
    assert snapshots() == json.loads(json.dumps(contracts()))


def test_the_list_holds_every_kind_of_event_and_says_where_its_schema_is() -> None:
    listed = FILES["events.json"]["events"]
    assert listed.keys() == {it.type for it in EVENT_TYPES}
    for kind in EVENT_TYPES:
        line = listed[kind.type]
        assert (line["dataschema"], line["subject"]) == (kind.schema_path, kind.filter)
        assert FILES[line["schema"]]["title"] == line["entity"] == kind.entity.__name__
    assert {name for name in FILES if name.startswith("entities/")} == {line["schema"] for line in listed.values()}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one_and_says_of_which_draft(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_and_every_part_is_described(name: str) -> None:
    assert list(undescribed(SCHEMAS[name])) == []


def undescribed(schema: dict[str, Any]) -> Iterator[str]:
    for title, part in [("", schema), *schema.get("$defs", {}).items()]:
        if not part.get("description"):
            yield title or schema["title"]
        yield from (f"{title}.{name}" for name, it in part["properties"].items() if not it.get("description"))


def test_a_field_without_a_description_is_found() -> None:
    nested = {"description": "A part.", "properties": {"b": {"type": "string"}}}
    schema = {"title": "A", "properties": {"a": {"description": "What it is."}}, "$defs": {"B": nested}}
    assert list(undescribed(schema)) == ["A", "B.b"]


def test_every_question_there_is_is_promised() -> None:
    there = {it for it in vars(questions).values() if isinstance(it, type) and issubclass(it, Question)}
    assert {it for it in there if "subject" in vars(it)} == set(QUESTIONS)


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda it: it.type)
def test_the_example_of_every_kind_is_a_cloudevent_valid_and_can_be_read(kind: EventType[Any]) -> None:
    line = FILES["events.json"]["events"][kind.type]
    told = FILES[line["example"]]
    jsonschema.validate(told, CLOUDEVENTS)
    strict = jsonschema.Draft202012Validator
    strict(FILES["envelope.json"], format_checker=strict.FORMAT_CHECKER).validate(told)
    strict(FILES[line["schema"]], format_checker=strict.FORMAT_CHECKER).validate(told["data"])
    assert told["type"] == kind.type
    event = kind.example()
    assert catalogue.read(json.dumps(told).encode(), nats_subject(event)) == event


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda it: it.type)
def test_an_example_gives_no_field_that_its_entity_does_not_have(kind: EventType[Any]) -> None:
    assert {*kind.entity.example, *kind.differs} <= kind.entity.model_fields.keys()


def test_an_entity_is_known_by_fields_that_it_always_has() -> None:
    for entity in schemas.entities():
        assert entity.identity
        assert all(entity.model_fields[name].is_required() for name in entity.identity)


def test_the_guide_says_what_identifies_each_entity() -> None:
    rows = [line.split("|")[1:-1] for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    told = {cells[0].strip(): tuple(cells[2].replace("`", "").replace(" ", "").split(",")) for cells in rows[1:]}
    assert told == {entity.__name__: entity.identity for entity in schemas.entities()}, f"the table in {GUIDE.name}"


def test_no_two_entities_share_a_file() -> None:
    assert len({entity.__name__ for entity in schemas.entities()}) == len(schemas.entities())


CODES_AND_PATTERNS = [
    (kind, name, value)
    for kind in EVENT_TYPES
    for name, field in FILES[f"entities/{kind.entity.__name__}.json"]["properties"].items()
    for part in (field, *field.get("anyOf", ()))
    for value in ("Ikke !", *([OTHER] if OTHER not in part.get("enum", [OTHER]) else []))
    if "enum" in part or "pattern" in part
]


def test_who_tells_keeps_to_the_codes_and_patterns() -> None:
    for kind, name, value in CODES_AND_PATTERNS:
        with pytest.raises(ValueError, match="should"):
            kind.entity.model_validate({**kind.entity.example, **kind.differs, name: value})
    assert {value for _, _, value in CODES_AND_PATTERNS} == {"Ikke !", OTHER}


def test_who_reads_takes_an_unknown_code_as_other_and_checks_no_pattern() -> None:
    for kind, name, value in CODES_AND_PATTERNS:
        told = json.loads(kind.example().model_dump_json())
        told["data"][name] = value
        told["subject"] = ".".join(it or "_" for it in kind.entity.model_construct(**told["data"]).scope())
        read = catalogue.read(json.dumps(told).encode(), f"{kind.type.removesuffix('.v1')}.{told['subject']}")
        is_code = "enum" in json.dumps(FILES[f"entities/{kind.entity.__name__}.json"]["properties"][name])
        assert getattr(read.data, name) == (OTHER if is_code else value)
