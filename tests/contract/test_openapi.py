"""What other systems may do over HTTP: the four OpenAPI documents, and that they say what is so."""

from __future__ import annotations

import json
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
    """The schema of a body."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def test_what_a_change_leaves_out_has_no_default(document: dict[str, Any]) -> None:
    """A client that sends the documented defaults along would change what nobody meant to change."""
    for path, method, operation in operations(document):
        if method == "patch":
            for name, field in body_of(document, operation)["properties"].items():
                assert "default" not in field, f"{path}: {name}"
