"""A letter to one person, and the mail that it becomes once it is queued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifications.letters.domain.content import CalendarContent, MailingContent
from services.notifications.letters.domain.kinds import Language


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail to one person, before it is queued."""

    kind: str
    programme: str
    party: str
    person: str
    name: str
    address: str
    language: Language
    content: MailingContent | CalendarContent
    event_id: str | None = None
    session: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, kw_only=True)
class Mail:
    id: str
    version: int
    kind: str
    programme: str
    party: str
    event_id: str | None
    session: str | None
    sequence: int | None
    person: str | None  # none where that is lost
    name: str
    address: str
    language: Language
    content: dict[str, Any]  # as it is stored: one that cannot be read must hold up no other mail
    message_id: str
    state: str
    made_at: datetime
    sent_at: datetime | None
    tries: int
    put_off_at: datetime | None
    try_at: datetime
    reply: int | None
    changed_by: str | None

    @property
    def is_lost(self) -> bool:
        """Whether an event alone is left of it, which tells neither what it said nor the address that it went to."""
        return not self.content
