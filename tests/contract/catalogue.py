"""Whether an event, as it stands in a message, is as the served catalogue promises."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema

from pages.events.view import asyncapi


def faults(event: dict[str, Any]) -> list[str]:
    """What is wrong with it; nothing where it is valid by the message of its type."""
    messages = asyncapi()["components"]["messages"]
    name = str(event["type"]).removeprefix("kulturskole.")
    if name not in messages:
        return ["no such type"]
    return [f"{it.json_path}: {it.message}" for it in _validator(name).iter_errors(event)]


@cache
def _validator(name: str) -> jsonschema.Draft7Validator:
    strict = jsonschema.Draft7Validator
    document = asyncapi()
    schema = {"components": document["components"], **document["components"]["messages"][name]["payload"]}
    return strict(schema, format_checker=strict.FORMAT_CHECKER)
