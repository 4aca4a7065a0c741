"""Every kind of event there is, and how a message from the wire becomes one of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from shared.contracts import billing, notifications, registration, scheduling
from shared.contracts.bounds import LONGEST_EVENT, LONGEST_TEXT
from shared.contracts.codes import READING
from shared.contracts.envelope import NOBODY, Event, EventType, model_of, nats_subject

PUBLISHERS = (registration.PUBLISHER, scheduling.PUBLISHER, billing.PUBLISHER, notifications.PUBLISHER)
EVENT_TYPES: tuple[EventType[Any], ...] = (
    *registration.EVENTS,
    *scheduling.EVENTS,
    *billing.EVENTS,
    *notifications.EVENTS,
)
MOST_PLACES = 10  # that an error names
BY_TYPE: dict[str, EventType[Any]] = {it.type: it for it in EVENT_TYPES}


class Unreadable(Exception):
    """A message that is no event of the catalogue. `reason` is a code; the text names fields, never their content."""

    def __init__(self, *, reason: str, text: str, type: str | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        self.type = type  # what the message says it is, where that can be read


def stream_of(publisher: str) -> str:
    """The JetStream stream that holds a publisher's events."""
    return publisher.upper()


def read(body: bytes, subject: str) -> Event[Any]:
    """The event in a message.

    Raises Unreadable: `too_long`, `undecodable` (no JSON object with a type), `unknown_type`, `unknown_version`,
    `wrong_schema`, or `contradiction` (subject, type, source and data do not agree on what it is about).
    """
    if len(body) > LONGEST_EVENT:
        raise Unreadable(reason="too_long", text=f"more than {LONGEST_EVENT} bytes")
    try:
        type_ = _Typed.model_validate_json(body).type
    except ValidationError:
        raise Unreadable(reason="undecodable", text="the body is no JSON object with a type") from None
    kind = BY_TYPE.get(type_)
    if kind is None:
        name, _, version = type_.rpartition(".v")
        if version.isdigit() and any(it.type.startswith(f"{name}.v") for it in EVENT_TYPES):
            raise Unreadable(reason="unknown_version", text=f"version {version} of a known type", type=type_)
        raise Unreadable(reason="unknown_type", text="a type that is not in the catalogue", type=type_)
    try:
        event: Event[Any] = model_of(kind.entity).model_validate_json(body, context=READING)  # type: ignore[arg-type]  # a type hashes
    except ValidationError as error:
        raise Unreadable(reason="wrong_schema", text=f"wrong or missing: {_places(error)}", type=type_) from None
    programme, party = event.data.scope()
    # NATS lets a publisher use its own subjects only, so the subject says who it was; a body that says otherwise is refused.
    expected = (kind.source, f"{programme or NOBODY}.{party or NOBODY}", nats_subject(event))
    if (event.source, event.subject, subject) != expected:
        raise Unreadable(reason="contradiction", text="source, type, subject and data do not agree", type=type_)
    return event


def _places(error: ValidationError) -> str:
    """The first fields that are wrong, and how many more there are."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = sorted({".".join(str(part)[:60] for part in it["loc"]) for it in found})
    more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    return ", ".join(places[:MOST_PLACES]) + more


class _Typed(BaseModel):
    type: Annotated[str, Field(max_length=LONGEST_TEXT)]  # whatever its characters
