"""What other systems may do over HTTP: the four OpenAPI documents, and that they say what is so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from shared.web.openapi import operations
from tests.contract.openapi import SERVICES, document_of, snapshot


@pytest.fixture(params=SERVICES)
async def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return await document_of(request.param)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_api_has_its_snapshot(service: str) -> None:
    """`make schemas` writes it anew, and so every change of an API is seen in a commit."""
    assert json.loads(snapshot(service).read_text(encoding="utf-8")) == await document_of(service)


def body_of(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of a body; of one that may be left out too."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    (reference,) = [it["$ref"] for it in (schema, *schema.get("anyOf", [])) if "$ref" in it]
    found: dict[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def roles_of(operation: dict[str, Any]) -> list[str]:
    return [role for scheme in operation.get("security", []) for roles in scheme.values() for role in roles]


def test_what_a_change_leaves_out_has_no_default(document: dict[str, Any]) -> None:
    """A client that sends the documented defaults along would change what nobody meant to change."""
    for path, method, operation in operations(document):
        if method == "patch":
            for name, field in body_of(document, operation)["properties"].items():
                assert "default" not in field, f"{path}: {name}"


def test_no_schema_is_called_by_the_module_that_it_stands_in(document: dict[str, Any]) -> None:
    """Which happens where two have one name; a client is made with it."""
    assert [it for it in document["components"]["schemas"] if "__" in it] == []


def test_every_operation_has_a_name_and_a_summary_of_its_own(document: dict[str, Any]) -> None:
    found = [operation for _, _, operation in operations(document)]
    ids = [it["operationId"] for it in found]
    assert len(ids) == len(set(ids))
    for it in found:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", it["operationId"]), it["operationId"]
        assert re.fullmatch(r"[A-Z].*[^.]", it["summary"]), it["operationId"]
        assert len(it["tags"]) == 1, it["operationId"]


def test_every_body_and_every_parameter_that_must_be_there_has_an_example(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("examples") or parameter["name"] == "after", f"{path}: {parameter['name']}"
        if "requestBody" in operation:
            assert len(body_of(document, operation).get("examples", [])) == 1, path


def test_every_operation_but_health_says_which_role_it_needs(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        roles = roles_of(operation)
        assert roles in ([], ["reader"], ["administrator"], ["operator"]), path
        assert bool(roles) != ("/health/" in path), path


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        errors = {status: it for status, it in operation["responses"].items() if status >= "4"}
        assert ("401" in errors) == ("/health/" not in path), path
        for status, answer in errors.items():
            if path.endswith("/health/ready"):
                continue  # says what is missing, for people and load balancers alike
            assert answer == {"$ref": f"#/components/responses/{status}"}, f"{method} {path}"
    for status, answer in document["components"]["responses"].items():
        (media_type,) = answer["content"]
        assert media_type == "application/problem+json", status


def test_amounts_and_days_say_their_unit(document: dict[str, Any]) -> None:
    for schema, content in document["components"]["schemas"].items():
        for name, field in content.get("properties", {}).items():
            formats = {it.get("format") for it in (field, *field.get("anyOf", []))}
            expected = (
                "øre" if "_ore" in name else "Norway" if "date" in formats else "UTC" if "date-time" in formats else ""
            )
            assert expected in field.get("description", ""), f"{schema}: {name}"
            if "days" in name and field.get("type") == "integer":
                assert "days" in field.get("description", ""), f"{schema}: {name}"
