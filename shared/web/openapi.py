"""The OpenAPI document of a service: FastAPI's, with the errors that can come, units, and summaries of our own.

A route says what it needs – a key of a role, parameters, a body – and what can go wrong follows from that. Where it does
not, the route names the status: `responses={404: {}}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from shared.web.keys import ROLES
from shared.web.problems import MEDIA_TYPE, TITLES, Problem

Json = dict[str, Any]

UNITS = {
    "date": "a calendar day in Norway (Europe/Oslo)",
    "date-time": "a moment, with its offset from UTC",
}
ORE = "in øre, hundredths of a krone"
CSV = "text/csv"
AS_CSV = (
    "the whole list, or one page where `limit` is given and then a `Link` to the next; columns are called as the fields are and"
    " parted by semicolons, UTF-8 with a byte order mark, no prose"
)
ETAG = {"schema": {"type": "string"}, "description": "what it stands at now, for `If-Match`"}
HEADERS = {
    412: {"ETag": ETAG},
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "how a key is given"}},
    429: {"Retry-After": {"schema": {"type": "string"}, "description": "seconds"}},
    503: {"Retry-After": {"schema": {"type": "string"}, "description": "seconds, where it is worth trying again"}},
}


def document(api: FastAPI) -> Json:
    """The whole document. FastAPI keeps the one that it made, and it is completed in place, once."""
    if api.openapi_schema is None:
        _complete(api.openapi())
    return api.openapi()


def operations(written: Json) -> Iterator[tuple[str, str, Json]]:
    """The path, the method and the operation of each."""
    for path, methods in written["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(written: Json) -> None:
    statuses: set[int] = set()
    for path, method, operation in operations(written):
        _summarise(operation)
        answers = {status: it for status, it in operation["responses"].items() if status != "422"}  # FastAPI's own form
        named = {int(status) for status, it in answers.items() if status >= "4" and "content" not in it}
        refused = named | _errors(path, method, operation)
        references = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(refused)}
        operation["responses"] = answers | references
        statuses |= refused
        _say_what_it_stands_at(operation, written["components"]["schemas"])
        if is_list(operation, written["components"]["schemas"]):
            operation["responses"]["200"]["content"] |= {CSV: {"schema": {"type": "string", "description": AS_CSV}}}
    schemas = written["components"]["schemas"]
    for theirs in ("HTTPValidationError", "ValidationError"):
        schemas.pop(theirs, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    written["components"]["responses"] = {str(status): _response(status) for status in sorted(statuses)}
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            _say_unit(name, field)


def _summarise(operation: Json) -> None:
    """The first sentence of the route's docstring is its summary; the rest, and the role it needs, its description."""
    summary, _, rest = operation.pop("description", "").partition("\n\n")
    operation["summary"] = " ".join(summary.split()).removesuffix(".")
    role = "".join(f"For a key of the role *{role}*." for role in _roles(operation))
    if role or rest:
        operation["description"] = "\n\n".join(it for it in (rest, role) if it)


def _roles(operation: Json) -> set[str]:
    """The role that an operation needs; none for health."""
    return {role for scheme in operation.get("security", []) for roles in scheme.values() for role in roles}


def _errors(path: str, method: str, operation: Json) -> set[int]:
    """The statuses of all that can go wrong, but for 500, which is a defect of ours."""
    roles = _roles(operation)
    if not roles:
        return set()  # health, which takes whatever stands in the query
    possible = {401: True, 403: roles != {ROLES[0]}, 404: "{" in path, 409: method != "get"}
    possible |= {412: takes_if_match(operation)}
    possible |= {413: "requestBody" in operation, 422: True, 429: True, 503: True}
    return {status for status, is_possible in possible.items() if is_possible}


def is_list(operation: Json, schemas: Json) -> bool:
    """Whether it answers a page of a list."""
    content = operation["responses"].get("200", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    return set(schemas.get(reference, {}).get("properties", {})) == {"items", "next"}


def takes_if_match(operation: Json) -> bool:
    return any(it["name"] == "If-Match" for it in operation.get("parameters", []))


def _say_what_it_stands_at(operation: Json, schemas: Json) -> None:
    """What shows an entity with its version has an ETag, and so has what an `If-Match` changed."""
    for status, answer in operation["responses"].items():
        if status < "3":
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            shown = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
            if "version" in shown.get("properties", {}) or takes_if_match(operation):
                answer["headers"] = answer.get("headers", {}) | {"ETag": ETAG}


def _response(status: int) -> Json:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {"headers": HEADERS[status]} if status in HEADERS else {}
    return {"description": TITLES[status], "content": content} | headers


def _say_unit(name: str, field: Json) -> None:
    formats = {it.get("format") for it in (field, *field.get("anyOf", []))}
    unit = ORE if name.endswith("_ore") else next((UNITS[it] for it in formats if it in UNITS), None)
    if unit:
        field["description"] = "; ".join(it for it in (field.get("description"), unit) if it)
