"""The catalogue of events: an AsyncAPI 3.1 document, and the JSON schemas that events name, made from the contracts' own classes.

The pages know no contracts. They serve what stands here as a file, which `make schemas` writes and a test keeps up to date.
"""

from __future__ import annotations

import json
from typing import Any

from deploy.parts import PARTS
from deploy.subscribers.subscriber import ACK_WAIT
from shared.contracts import schemas
from shared.contracts.catalogue import EVENT_TYPES, PUBLISHERS, stream_of
from shared.contracts.envelope import Entity, EventType
from shared.messaging.relay import CONTENT_TYPE
from shared.messaging.streams import DAY, DUPLICATE_WINDOW, MAX_AGE

VERSION = "3.1.0"
KEPT = MAX_AGE // DAY  # days
ABOUT = f"""\
Everything that happens in a programme is told as an event on NATS JetStream. Other systems read them and write nothing.

**Form.** CloudEvents 1.0, structured JSON. `data` carries the entity whole, with its `version`; a field that is absent is null.

**Known by.** Each entity is known by the fields that `x-known-by` names. Its versions count up one by one: keep the highest of each,
replace, do not merge, and any order of arrival gives the same result.

**At least once.** What is not acknowledged within {ACK_WAIT:g} seconds comes again, always with the same `id`. Nothing is lost: an event is \
written in the transaction of what it tells of.

**Order.** Each publisher has a stream of its own ({", ".join(stream_of(it) for it in PUBLISHERS)}), which a subscriber reads in the \
order in which it was told; what comes again comes later. There is no order between streams.

**How long.** Streams keep {KEPT} days. An operator can have older events sent again; they come as new messages with their old `id`. A \
subscriber can have everything delivered anew by itself.

**What is not there.** Names, addresses and telephone numbers of people, and free text. Reasons are codes.

**Within a version** an optional field may be added, a code to those of an `enum`, and a pattern or a longest length may be loosened, and \
nothing else. Take a code that you do not know as `other`, and check no pattern where you read. What breaks this gets a new version.

**Rules.** R2, S3, B8 and their like are rules of the programme, written down in `docs/domain.md` of the sources."""
PARAMETERS = {
    "programme": {
        "description": "The programme's code; `_` where the event is about no programme.",
        "examples": ["regionalt-2024-2025", "_"],
    },
    "party": {
        "description": "The party's organisation number; `_` where the event is about no party, as for a joint session.",
        "examples": ["942110464", "_"],
    },
}
HEADERS = {
    "type": "object",
    "required": ["Nats-Msg-Id", "Content-Type"],
    "properties": {
        "Nats-Msg-Id": {
            "type": "string",
            "description": f"The event's `id`, by which the stream leaves out what is sent twice within {DUPLICATE_WINDOW // 60} minutes. "
            "Another one where an operator has it sent again.",
        },
        "Content-Type": {"const": CONTENT_TYPE, "description": "The structured form of CloudEvents."},
    },
}


def contents() -> dict[str, Any]:
    """What the pages serve: the document, and by entity the schema of `data`."""
    return {
        "asyncapi": document(),
        "schemas": {
            entity.__name__: schemas.entity_schema(entity, publisher)
            for entity, publisher in schemas.entities().items()
        },
    }


def document() -> dict[str, Any]:
    """The AsyncAPI document. We are the application: every operation is one of sending."""
    return {
        "asyncapi": VERSION,
        "id": "urn:kulturskole:events",
        "info": {
            "title": "Fremtidens kulturskole: events",
            "version": "1",  # of the contracts
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": it, "description": f"Told by {it}."} for it in PUBLISHERS],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "nats": {
                "host": "kulturskole.example:4222",
                "protocol": "nats",
                "title": "NATS with JetStream",
                "description": "Read through the durable consumers, and in the JetStream domain, that the file names which an operator hands "
                "you (`kulturskole subscribers add`). It says the address, too.",
                "security": [{"$ref": "#/components/securitySchemes/subscriber"}],
            }
        },
        "channels": {_key(it): _channel(it) for it in EVENT_TYPES},
        "operations": {_key(it): _operation(it) for it in EVENT_TYPES},
        "components": {
            "schemas": _schemas(),
            "messages": {_key(it): _message(it) for it in EVENT_TYPES},
            "parameters": PARAMETERS,
            "securitySchemes": {
                "subscriber": {
                    "type": "userPassword",
                    "description": "Each subscriber has a NATS user of its own, which reads what an operator let it have, by type and by "
                    "party, and writes nothing.",
                }
            },
        },
    }


def _key(kind: EventType[Any]) -> str:
    return kind.type.removeprefix("kulturskole.")


def _channel(kind: EventType[Any]) -> dict[str, Any]:
    return {
        "address": kind.filter.removesuffix(".*.*") + ".{programme}.{party}",
        "summary": kind.when,
        "messages": {"event": {"$ref": f"#/components/messages/{_key(kind)}"}},
        "parameters": {it: {"$ref": f"#/components/parameters/{it}"} for it in PARAMETERS},
        "tags": [{"name": kind.publisher}],
    }


def _operation(kind: EventType[Any]) -> dict[str, Any]:
    channel = f"#/channels/{_key(kind)}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": kind.when,
        "messages": [{"$ref": f"{channel}/messages/event"}],
        "tags": [{"name": kind.publisher}],
    }


def _message(kind: EventType[Any]) -> dict[str, Any]:
    entity = kind.entity.__name__
    payload = {
        "type": {"const": kind.type},
        "source": {"const": kind.source},
        "data": {"$ref": f"#/components/schemas/{entity}"},
    }
    return {
        "name": kind.type,
        "title": kind.name,
        "summary": kind.when,
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"allOf": [{"$ref": "#/components/schemas/Event"}, {"type": "object", "properties": payload}]},
        "examples": [{"name": kind.name, "payload": schemas.example(kind)}],
        "tags": [{"name": kind.publisher}, {"name": entity}],
        "x-told-by": kind.publisher,
        "x-heard-by": [it.name for it in PARTS if it.consumers.handlers(kind.example())],
        "x-stream": stream_of(kind.publisher),
        "x-entity": entity,
        "x-known-by": list(kind.entity.identity),
        "x-since": kind.since,
    }


def _schemas() -> dict[str, Any]:
    """Of headers, of the envelope and of each entity, with the parts that they refer to beside them. Raises ValueError."""
    found: dict[str, Any] = {"Headers": HEADERS}
    for name, schema in (("Event", schemas.envelope()), *((it.__name__, _of(it)) for it in schemas.entities())):
        here = json.loads(json.dumps(schema).replace("#/$defs/", "#/components/schemas/"))
        # Both are of a document that stands by itself; here they would lead its references astray.
        for it in ("$schema", "$id"):
            del here[it]
        for part, content in {**here.pop("$defs", {}), name: here}.items():
            if found.setdefault(part, content) != content:
                msg = f"two different schemas are named {part}"
                raise ValueError(msg)
    return found


def _of(entity: type[Entity]) -> dict[str, Any]:
    return schemas.entity_schema(entity, schemas.entities()[entity])
