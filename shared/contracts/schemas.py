"""The contracts as JSON schemas (draft 2020-12), made from their classes: one an entity, and a list of the kinds of events.

An event is valid if it fits `envelope.json`, and its `data` the schema that `events.json` names for its `type`.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.envelope import Entity, Event, EventType
from shared.contracts.questions import QUESTIONS, Question

DRAFT = "https://json-schema.org/draft/2020-12/schema"
MORE_CODES = "More codes may come: take one that you do not know as `other`."


def entities() -> dict[type[Entity], str]:
    """Each entity with its publisher."""
    return {kind.entity: kind.publisher for kind in EVENT_TYPES}


def files() -> dict[str, Any]:
    """By path: the list of entities and kinds of events, the envelope's schema, each entity's, and an example a kind."""
    found = entities()
    catalogue = {
        "entities": {
            entity.__name__: {"publisher": publisher, "identity": list(entity.identity), "schema": _path(entity)}
            for entity, publisher in found.items()
        },
        "events": {kind.type: _line(kind) for kind in EVENT_TYPES},
    }
    return {
        "events.json": catalogue,
        "envelope.json": envelope(),
        **{_path(entity): entity_schema(entity, publisher) for entity, publisher in found.items()},
        **{_line(kind)["example"]: example(kind) for kind in EVENT_TYPES},
    }


def envelope() -> dict[str, Any]:
    """The schema of any event: of its `data` it says no more than that it has a version."""
    schema = _schema(Event[Entity], "urn:kulturskole:envelope:v1")
    schema |= {"title": "Event", "description": Event.__doc__}
    # What has a default in Python is in every message too.
    schema["required"] = sorted({*schema["required"], "specversion", "datacontenttype"})
    return schema


def entity_schema(entity: type[Entity], publisher: str) -> dict[str, Any]:
    """The schema of the `data` of every kind of event that carries this entity."""
    schema = _schema(entity, f"urn:kulturskole:{publisher}:{entity.__name__}:v1")
    for part in (schema, *schema.get("$defs", {}).values()):
        for field in part["properties"].values():
            if any("enum" in it for it in (field, *field.get("anyOf", ()))):
                field["description"] += f" {MORE_CODES}"
    return schema | {"examples": [entity.example]}


def example(kind: EventType[Any]) -> dict[str, Any]:
    """A whole event of this kind, as it stands in a message."""
    return json.loads(kind.example().model_dump_json(exclude_none=True))  # type: ignore[no-any-return]


def question_schemas(question: type[Question[Any]]) -> dict[str, Any]:
    """The schemas of a question and of its answer, which only services see."""
    asked = f"urn:kulturskole:{question.subject}"
    return {"question": _schema(question, f"{asked}:question"), "answer": _schema(question.answer, f"{asked}:answer")}


def questions() -> dict[str, Any]:
    """By NATS subject."""
    return {it.subject: question_schemas(it) for it in QUESTIONS}


def _line(kind: EventType[Any]) -> dict[str, str]:
    return {
        "publisher": kind.publisher,
        "entity": kind.entity.__name__,
        "subject": kind.filter,
        "dataschema": kind.schema_path,
        "schema": _path(kind.entity),
        "example": f"examples/{kind.type}.json",
    }


def _path(entity: type[Entity]) -> str:
    return f"entities/{entity.__name__}.json"


def _schema(model: type[BaseModel], id: str) -> dict[str, Any]:
    return {"$schema": DRAFT, "$id": id} | model.model_json_schema()
