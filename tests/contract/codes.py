"""Every code under which an API can refuse something: those in the sources, and pydantic's for what our fields look like."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from deploy.client import canonical
from deploy.parts import PARTS
from shared.web.plain_words import code_of

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).parent / "codes.json"
CODE = re.compile(r"[a-z]+(_[a-z]+)*")

Schema = dict[str, Any]

# What pydantic refuses a value for by the kind of its schema, when it comes from parsed JSON or from a query.
OF_KIND: dict[str, tuple[str, ...]] = {
    "bool": ("bool_type", "bool_parsing"),
    "date": ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    "datetime": ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
    "dict": ("dict_type",),
    "enum": ("enum",),
    "int": ("int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"),
    "literal": ("literal_error",),
    "missing-sentinel": ("missing_sentinel_error",),
    "model": ("model_attributes_type",),  # FastAPI reads bodies with `from_attributes`
    "str": ("string_type", "string_unicode"),
    "tuple": ("tuple_type",),
}
STRICT = {"bool": ("bool_type",), "int": ("int_type",)}
BY_ITS_PARTS = {"default", "definition-ref", "definitions", "model-field", "model-fields", "nullable", "union"}
OF_BOUND = {"ge": "greater_than_equal", "gt": "greater_than", "le": "less_than_equal", "lt": "less_than"}
# Pydantic's own functions, which keep to a bound behind a validator of ours.
OF_FUNCTION = {
    "greater_than_or_equal_validator": "greater_than_equal",
    "greater_than_validator": "greater_than",
    "less_than_or_equal_validator": "less_than_equal",
    "less_than_validator": "less_than",
}


class Giving(NamedTuple):
    """A call with `code="already_signed"`."""

    place: str  # services/billing/waivers/domain/waiver.py:33
    called: str  # Conflict
    arguments: dict[str | None, ast.expr]

    @property
    def codes(self) -> list[str]:
        """Those that it names; one that it hands on is named elsewhere."""
        # A programme's code, as examples have one, has digits and hyphens.
        return [it for it in literals(self.arguments["code"]) if CODE.fullmatch(it)]


def in_sources() -> set[str]:
    return {code for it in givings() for code in it.codes}


@cache
def givings() -> tuple[Giving, ...]:
    return tuple(it for package in ("services", "shared", "deploy") for it in _givings(package))


def _givings(package: str) -> Iterator[Giving]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(it.arg == "code" for it in node.keywords):
                place = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                arguments = {it.arg: it.value for it in node.keywords}
                yield Giving(place, ast.unparse(node.func).rpartition(".")[2], arguments)


def literals(given: ast.expr) -> list[str]:
    """What an expression may be, where it says so itself."""
    if isinstance(given, ast.IfExp):
        return [*literals(given.body), *literals(given.orelse)]
    return [given.value] if isinstance(given, ast.Constant) and isinstance(given.value, str) else []


async def all_codes() -> set[str]:
    return in_sources() | await of_fields()


async def of_fields() -> set[str]:
    """The codes under which the bodies and parameters of all four services can be refused by what they look like."""
    return {code for schema in await schemas() for code in codes_of(schema)} | {"missing", "extra_forbidden"}


async def schemas() -> list[Schema]:
    """Of all bodies and parameters, as pydantic has them."""
    found: list[Schema] = []
    for part in PARTS:
        settings: dict[str, Any] = {"database_url": "sqlite+aiosqlite:///none.db", "keys_file": Path("none.json")}
        service = part.create(part.settings(**settings, simulated_clock=True))
        for route in iter_route_contexts(service.api.routes):
            dependant: Dependant | None = getattr(route.original_route, "dependant", None)
            found += _of_route(dependant) if dependant else ()
        await service.database.close()
    return found


def _of_route(it: Dependant) -> Iterator[Schema]:
    for field in (*it.path_params, *it.query_params, *it.header_params, *it.body_params):
        yield field._type_adapter.core_schema  # type: ignore[misc]  # noqa: SLF001 - what FastAPI reads it by
    for inner in it.dependencies:
        yield from _of_route(inner)


def codes_of(schema: Schema) -> Iterator[str]:
    """The codes under which a value can be refused. Raises KeyError for a kind of schema that is not known here."""
    kind = schema["type"]
    if "custom_error_type" in schema:  # in place of all that is inside
        yield _named(schema["custom_error_type"], schema.get("custom_error_context", {}))
        return
    if kind.startswith("function-"):
        function = schema["function"]["function"]
        name = function.func.__name__ if isinstance(function, partial) else function.__name__
        if function.__module__.startswith("pydantic") or name in OF_FUNCTION:
            yield OF_FUNCTION[name]
    elif kind not in BY_ITS_PARTS:
        yield from STRICT[kind] if schema.get("strict") and kind in STRICT else OF_KIND[kind]
        yield from _of_bounds(schema)
    for part in parts(schema):
        yield from codes_of(part)


def _of_bounds(schema: Schema) -> Iterator[str]:
    yield from (code for bound, code in OF_BOUND.items() if bound in schema)
    if "pattern" in schema:
        yield _named("string_pattern_mismatch", {"pattern": schema["pattern"]})
    if schema.get("tz_constraint") == "aware":
        yield "timezone_aware"
    for bound, text, many in (
        ("max_length", "string_too_long", "too_long"),
        ("min_length", "string_too_short", "too_short"),
    ):
        if bound in schema:
            yield text if schema["type"] == "str" else many


def _named(type_: str, context: dict[str, Any]) -> str:
    return code_of({"type": type_, "ctx": context, "msg": ""})


def parts(schema: Schema) -> Iterator[Schema]:
    for name in ("schema", "keys_schema", "values_schema"):
        if name in schema:
            yield schema[name]
    fields = schema.get("fields", {})
    yield from fields.values()
    for name in ("choices", "definitions", "items_schema"):
        inner = schema.get(name, [])
        for it in inner if isinstance(inner, list) else [inner]:
            yield it[0] if isinstance(it, tuple) else it


async def gone() -> list[str]:
    """What was promised, and is no refusal's code any more. What programs go by is never renamed."""
    return sorted(set(promised()) - await all_codes())


def promised() -> list[str]:
    found: list[str] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return found


async def write_snapshot() -> None:
    SNAPSHOT.write_text(canonical(sorted(await all_codes())), encoding="utf-8")
