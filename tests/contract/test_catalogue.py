"""The catalogue of events: it is AsyncAPI 3.1, says of each kind all that there is to say, and is what the pages serve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.catalogue import contents
from pages.events import view
from pages.events.routes import SCHEMAS
from shared.contracts import schemas
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.envelope import EventType, nats_subject
from tests.contract.catalogue import faults
from tests.contract.kept import CATALOGUE

ASYNCAPI = json.loads((Path(__file__).parents[1] / "data" / "asyncapi-3.1.0.schema.json").read_text(encoding="utf-8"))
CHANGELOG = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
DOCUMENT = contents()["asyncapi"]
MESSAGES = DOCUMENT["components"]["messages"]


def message(kind: EventType[Any]) -> dict[str, Any]:
    found: dict[str, Any] = MESSAGES[kind.type.removeprefix("kulturskole.")]
    return found


def test_it_is_accepted_by_the_schema_of_asyncapi() -> None:
    jsonschema.Draft7Validator(ASYNCAPI).validate(DOCUMENT)
    broken = DOCUMENT | {"channels": {"x": {"adress": "x"}}}
    assert not jsonschema.Draft7Validator(ASYNCAPI).is_valid(broken)


def test_what_is_served_is_what_the_contracts_are_now() -> None:
    """After a change of them, `make schemas` writes it anew."""
    assert json.loads(CATALOGUE.read_text(encoding="utf-8")) == contents()


def test_every_reference_in_it_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    found = {part.partition('"')[0] for part in text.split('"$ref": "#/')[1:]}
    assert found
    for reference in found:
        there = DOCUMENT
        for step in reference.split("/"):
            there = there[step]


def test_it_has_a_channel_a_message_and_an_operation_for_each_kind_of_event() -> None:
    keys = {it.type.removeprefix("kulturskole.") for it in EVENT_TYPES}
    assert DOCUMENT["channels"].keys() == DOCUMENT["operations"].keys() == MESSAGES.keys() == keys


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda it: it.type)
def test_each_kind_has_an_example_that_is_valid_by_it_and_stands_at_its_address(kind: EventType[Any]) -> None:
    (example,) = message(kind)["examples"]
    assert faults(example["payload"]) == []
    channel = DOCUMENT["channels"][kind.type.removeprefix("kulturskole.")]
    programme, party = example["payload"]["subject"].split(".")
    assert channel["address"].format(programme=programme, party=party) == nats_subject(kind.example())


def test_an_event_that_is_not_as_promised_is_found_out() -> None:
    told = schemas.example(EVENT_TYPES[0])
    assert faults(told | {"data": {"version": 1}})
    assert faults(told | {"source": "/kulturskole/billing"})
    assert faults(told | {"type": "kulturskole.registration.programme.lost.v1"}) == ["no such type"]


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda it: it.type)
def test_each_kind_says_in_a_sentence_when_it_is_told_and_since_which_version(kind: EventType[Any]) -> None:
    assert kind.when[0].isupper()
    assert kind.when.endswith(".")
    assert f"\n## {kind.since}" in CHANGELOG


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda it: it.type)
def test_the_address_that_an_event_names_is_served_and_holds_the_schema_of_its_data(kind: EventType[Any]) -> None:
    address = kind.example().dataschema
    assert address == f"https://kulturskole.example{SCHEMAS}{kind.type}.json"
    served = json.loads(view.schema_files()[kind.type])
    assert served == json.loads(json.dumps(schemas.entity_schema(kind.entity, kind.publisher)))


def test_the_page_has_a_section_for_each_kind_and_explains_every_field() -> None:
    page = view.body()
    for kind in EVENT_TYPES:
        assert f'id="{kind.type}"' in page
        assert str(view.marked(kind.when)) in page
    for schema in contents()["schemas"].values():
        for part in (schema, *schema.get("$defs", {}).values()):
            for name, field in part["properties"].items():
                assert f"<code>{name}</code>" in page
                assert str(view.marked(field["description"])) in page
