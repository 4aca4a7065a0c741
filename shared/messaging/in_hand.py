"""A message in hand: what it is known by, read or not."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from shared.contracts import catalogue
from shared.contracts.bounds import LONGEST_EVENT
from shared.contracts.envelope import Event, EventId
from shared.messaging.inbox import Place
from shared.points import reading


@dataclass
class Taken:
    """A message in hand. Until it is read, its `key` is its `digest`, and it has neither an event nor a reason why not."""

    message: Msg
    digest: str  # the body's SHA-256, by which attempts are counted: it is known without reading the message
    key: str  # the event's id, or the body's SHA-256 where it has none
    event: Event[Any] | None = None
    unreadable: catalogue.Unreadable | None = None
    attempts: int = 0
    was_read: bool = False  # in an earlier attempt
    counted: bool = False  # this attempt is counted already: it may be begun several times, while the database is away

    @property
    def is_read(self) -> bool:
        return self.event is not None or self.unreadable is not None

    def read(self) -> None:
        """May take all of the process's memory, or end it: a message that did so once is read only after that is counted."""
        reading(self.message.data)
        try:
            self.event = catalogue.read(self.message.data, self.message.subject)
            self.key = self.event.id
        except catalogue.Unreadable as unreadable:
            self.unreadable = unreadable
            self.key = key_of(self.message.data)

    @property
    def place(self) -> Place:
        return Place(self.message.metadata.stream, self.message.metadata.sequence.stream)


def read(message: Msg) -> Taken:
    """The message with its event, or with the reason why it cannot be read."""
    taken = unread(message)
    taken.read()
    return taken


def unread(message: Msg) -> Taken:
    digest = digest_of(message.data)
    return Taken(message, digest, digest)


class _Identified(BaseModel):
    id: EventId


def key_of(body: bytes) -> str:
    """What a message is known by: its event's id, or the body's SHA-256 where it has none, or is too long to look."""
    if len(body) > LONGEST_EVENT:
        return digest_of(body)
    try:
        return _Identified.model_validate_json(body).id
    except ValidationError:
        return digest_of(body)


def digest_of(body: bytes) -> str:
    return sha256(body).hexdigest()
