"""The catalogue as a page shows it: by publisher, each entity with its fields, then each kind of event that carries it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from pages.frame.templates import TEMPLATES

_FILE = Path(__file__).parent / "catalogue.json"  # written by `make schemas`
_FORMATS = {"date": "day", "date-time": "moment"}


@cache
def asyncapi() -> dict[str, Any]:
    return _contents()["asyncapi"]  # type: ignore[no-any-return]


@cache
def document() -> bytes:
    return json.dumps(asyncapi(), ensure_ascii=False).encode()


@cache
def schema_files() -> dict[str, bytes]:
    """By the type of event, the schema of its `data`."""
    entities = {name: json.dumps(it, ensure_ascii=False).encode() for name, it in _contents()["schemas"].items()}
    return {it["name"]: entities[it["x-entity"]] for it in _messages()}


@cache
def body() -> Markup:
    """All that the page shows. It is the same for everybody, and made once."""
    content = TEMPLATES.get_template("events/catalogue.html")
    return Markup(content.render(about=asyncapi()["info"]["description"], publishers=list(_publishers())))  # noqa: S704 - the template escapes


@cache
def _contents() -> dict[str, Any]:
    return json.loads(_FILE.read_bytes())  # type: ignore[no-any-return]


def _messages() -> list[dict[str, Any]]:
    return list(asyncapi()["components"]["messages"].values())


def _publishers() -> Iterator[dict[str, Any]]:
    carrying: dict[str, list[dict[str, Any]]] = defaultdict(list)  # by entity, each of which has one publisher
    for it in _messages():
        carrying[it["x-entity"]].append(it)
    entities = [(events[0], _entity(name, _contents()["schemas"][name], events)) for name, events in carrying.items()]
    for publisher, found in groupby(entities, key=lambda it: (it[0]["x-told-by"], it[0]["x-stream"])):
        yield {"name": publisher[0], "stream": publisher[1], "entities": [entity for _, entity in found]}


def _entity(name: str, schema: Mapping[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    parts = {name: schema, **schema.get("$defs", {})}
    return {
        "name": name,
        "about": schema["description"],
        "known_by": events[0]["x-known-by"],
        "tables": [
            {"name": part, "about": it["description"], "fields": list(_fields(it))} for part, it in parts.items()
        ],
        "events": [_event(it) for it in events],
    }


def _event(message: Mapping[str, Any]) -> dict[str, Any]:
    (example,) = message["examples"]
    return {
        "type": message["name"],
        "name": message["title"],
        "when": message["summary"],
        "heard_by": message["x-heard-by"],
        "since": message["x-since"],
        "subject": asyncapi()["channels"][message["name"].removeprefix("kulturskole.")]["address"],
        "example": json.dumps(example["payload"], indent=2, ensure_ascii=False),
    }


def _fields(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    always = schema.get("required", ())
    for name, it in schema["properties"].items():
        yield {"name": name, "form": _form(it), "always": name in always, "about": it["description"]}


def _form(schema: Mapping[str, Any]) -> str:
    """What a field holds, in words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        (form,) = [_form(it) for it in schema["anyOf"] if it.get("type") != "null"]
        return form
    if "enum" in schema:
        return " or ".join(f"`{it}`" for it in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_form(schema['items'])}"
    return _FORMATS.get(schema.get("format", ""), str(schema["type"]))


def marked(text: str) -> Markup:
    """What stands between backticks as code, between two stars as important, and an empty line as the end of a paragraph."""
    found = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    found = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", found)
    return Markup("</p><p>".join(found.split("\n\n")))  # noqa: S704 - escaped above


TEMPLATES.filters["marked"] = marked
