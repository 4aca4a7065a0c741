"""Whatever can be sent is bounded: in events, in questions and their answers, and in requests."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from shared.contracts import catalogue, schemas
from shared.contracts.bounds import LONGEST_EVENT
from shared.contracts.catalogue import EVENT_TYPES, Unreadable
from shared.contracts.codes import LONGEST
from shared.contracts.envelope import EventType, nats_subject
from tests.contract.openapi import SERVICES, document_of

ESCAPED = 6  # bytes that a character takes at most in JSON: \u00e5
LONGEST_VALUE = 40  # bytes of a moment or a number


def unbounded(schema: Any, where: str, defs: dict[str, Any]) -> Iterator[str]:
    """The places in a JSON schema that take as much as anyone likes to send."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in where.split("."):  # else it was looked at
            yield from unbounded(defs[name], f"{where}.{name}", defs)
    if not schema.keys() & {"enum", "const"}:
        yield from (f"{where}: {it}" for it in _missing(schema))
    for name, field in schema.get("properties", {}).items():
        yield from unbounded(field, f"{where}.{name}", defs)
    items = (schema["items"],) if "items" in schema else ()
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *items):
        yield from unbounded(part, where, defs)


def _missing(schema: Any) -> Iterator[str]:
    match schema.get("type"):
        # A pattern bounds a text where it counts its characters, and ours do.
        case "string" if not schema.keys() & {"maxLength", "format", "pattern"}:
            yield "a text of any length"
        case "array" if "maxItems" not in schema:
            yield "a list of any length"
        case "integer" | "number" if not (_has(schema, "maximum") and _has(schema, "minimum")):
            yield "a number of any size"


def _has(schema: Any, bound: str) -> bool:
    return bool(schema.keys() & {bound, f"exclusive{bound.capitalize()}"})


EVENTS = {name: it for name, it in schemas.files().items() if name.startswith("entities/") or name == "envelope.json"}


@pytest.mark.parametrize("name", EVENTS)
def test_everything_in_an_event_is_bounded(name: str) -> None:
    assert [*unbounded(EVENTS[name], name, EVENTS[name].get("$defs", {}))] == []


def test_everything_in_a_question_and_its_answer_is_bounded() -> None:
    for subject, parts in schemas.questions().items():
        for schema in parts.values():
            assert [*unbounded(schema, subject, schema.get("$defs", {}))] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_everything_in_a_request_is_bounded(service: str) -> None:
    document = await document_of(service)
    defs = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert [*unbounded(content["schema"], f"{verb} {path}", defs)] == []
            for it in operation.get("parameters", ()):
                assert [*unbounded(it["schema"], f"{verb} {path} {it['name']}", defs)] == []


def most(schema: Any, defs: dict[str, Any]) -> int:
    """How many bytes of JSON fit a schema at most."""
    if "$ref" in schema:
        return most(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return max(most(it, defs) for it in schema["anyOf"])
    match schema:
        case {"type": "object", "properties": fields}:
            return 2 + sum(len(name) + 4 + most(it, defs) for name, it in fields.items())
        case {"type": "array", "items": items, "maxItems": many}:
            return 2 + int(many) * (1 + most(items, defs))
        case {"type": "string", "format": _} | {"type": "integer" | "boolean" | "null"}:
            return LONGEST_VALUE
    return 2 + ESCAPED * int(schema.get("maxLength", LONGEST))


def test_an_event_that_keeps_to_its_bounds_is_never_too_long() -> None:
    envelope = most(EVENTS["envelope.json"], EVENTS["envelope.json"]["$defs"])
    for name, schema in EVENTS.items():
        assert envelope + most(schema, schema.get("$defs", {})) < LONGEST_EVENT, name


def body_of(kind: EventType[Any], data: dict[str, Any]) -> bytes:
    return json.dumps(schemas.example(kind) | {"data": data}).encode()


def refused(kind: EventType[Any], data: dict[str, Any]) -> Unreadable:
    with pytest.raises(Unreadable) as found:
        catalogue.read(body_of(kind, data), nats_subject(kind.example()))
    return found.value


PLANNED = catalogue.BY_TYPE["kulturskole.scheduling.physical_session.planned.v1"]


@pytest.mark.parametrize(("many", "reason"), [(280_000, "too_long"), (15_000, "wrong_schema")])
def test_an_event_with_a_list_that_does_not_end_costs_its_reader_little(many: int, reason: str) -> None:
    """280 000 took 1.9 GB, and wrote a text of 24 MB wherever it was told."""
    data = schemas.example(PLANNED)["data"]
    data["when"] = {"weeks": [{}] * many}
    body = body_of(PLANNED, data)
    tracemalloc.start()
    with pytest.raises(Unreadable) as found:
        catalogue.read(body, nats_subject(PLANNED.example()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.value.reason == reason
    assert len(str(found.value)) < 2_000
    assert peak < 1_000_000


def test_an_error_names_the_first_places_and_how_many_more() -> None:
    text = str(refused(catalogue.BY_TYPE["kulturskole.billing.invoice.issued.v1"], {"content": {"seller": {}}}))
    named, _, more = text.removeprefix("wrong or missing: ").partition(" and ")
    assert (len(named.split(", ")), more) == (catalogue.MOST_PLACES, "15 more")


def _numbers(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each number in it, by what holds it and its place there."""
    for place, it in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(it, dict | list):
            yield from _numbers(it)
        elif isinstance(it, int):
            yield data, place


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.type)
def test_what_is_no_number_and_no_truth_value_is_not_taken_for_one(kind: EventType[Any]) -> None:
    data = schemas.example(kind)["data"]
    found = [*_numbers(data)]
    assert found
    for holder, place in found:
        was = holder[place]
        for wrong in (str(was), int(was) if isinstance(was, bool) else bool(was), float(was)):
            holder[place] = wrong
            assert refused(kind, deepcopy(data)).reason == "wrong_schema", (place, wrong)
        holder[place] = was
    catalogue.read(body_of(kind, data), nats_subject(kind.example()))


@pytest.mark.parametrize(
    ("type_", "changes"),
    [
        ("registration.programme.opened", {"days_to_pay": 10_000_000}),
        ("registration.programme.opened", {"version": 10**12}),
        ("registration.programme.opened", {"period_start": "2026-01-01"}),
        ("registration.programme.opened", {"applications_from": "2024-06-01"}),
        ("registration.programme.opened", {"period_end": "9999-12-31"}),
        ("registration.agreement.sent", {"period_end": "2024-01-01"}),
        ("scheduling.guidance_visit.planned", {"when": {"days": {"first": "2024-09-01", "last": "2024-09-15"}}}),
        ("billing.invoice.issued", {"issued_on": "1999-12-31"}),
        ("registration.party.registered", {"name": "x" * 201}),
        ("registration.party.registered", {"organisation_number": "9" * 201}),
        ("registration.party.registered", {"kind": "x" * 201}),
        ("scheduling.guidance_visit.planned", {"when": {"months": [f"2024-{n:02}" for n in range(1, 14)]}}),
    ],
)
def test_what_is_out_of_bounds_is_refused(type_: str, changes: dict[str, Any]) -> None:
    kind = catalogue.BY_TYPE[f"kulturskole.{type_}.v1"]
    assert refused(kind, schemas.example(kind)["data"] | changes).reason == "wrong_schema"


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_no_programme_lives_to_see_is_refused(time: str) -> None:
    body = json.dumps(schemas.example(PLANNED) | {"time": time}).encode()
    with pytest.raises(Unreadable, match="time"):
        catalogue.read(body, nats_subject(PLANNED.example()))
