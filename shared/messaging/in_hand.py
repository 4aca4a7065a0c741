"""A message in hand: what it is known by, read or not."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from shared.clock import real_now
from shared.contracts import catalogue
from shared.contracts.bounds import LONGEST_EVENT
from shared.contracts.envelope import Event, EventId
from shared.messaging.inbox import Place
from shared.messaging.parking import PARKED, Parked
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

    def parked(self, error: Exception, attempts: int) -> Parked:
        """As it is kept when it failed so often, this time by that error."""
        return self._parked(self.event.type if self.event else None, "failed", text_of(error), attempts)

    def parked_unread(self) -> Parked:
        """As it is kept when it cannot be read."""
        assert self.unreadable is not None  # for the type checker
        return self._parked(self.unreadable.type, self.unreadable.reason, str(self.unreadable), 0)

    def _parked(self, type_: str | None, reason: str, error: str, attempts: int) -> Parked:
        return Parked(
            key=self.key,
            state=PARKED,
            subject=self.message.subject,
            type=type_,
            body=self.message.data,
            reason=reason,
            error=error,
            attempts=attempts,
            parked_at=real_now(),
        )


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


def text_of(error: Exception) -> str:
    """What is logged and kept of an error: bounded, since some errors quote all of their input."""
    return f"{type(error).__name__}: {error}"[:2000]


def digest_of(body: bytes) -> str:
    return sha256(body).hexdigest()
