"""A letter to one person, and the mail that it becomes once it is queued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from services.notifications.letters.domain.content import CalendarContent, MailingContent
from services.notifications.letters.domain.kinds import Language

# Why a mail that failed is not tried again: of the same matter a later change was told, its party has withdrawn, the session
# that it is about is over, or its person was erased.
Late: TypeAlias = Literal["overtaken", "withdrawn", "session_over", "person_erased"]


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
    event_id: str | None = None  # a mailing's
    session: str | None = None  # with `sequence`: about a person's calendar
    sequence: int | None = None
    lead_days: int | None = None  # with `first_day` and `session`: a reminder, due so many days before that day
    first_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A letter once it is queued. `made_at` and `sent_at` are the domain's time; the times of its tries are real time."""

    id: str
    version: int  # raised when it is sent or has failed, which others are told
    kind: str
    programme: str
    party: str
    event_id: str | None
    session: str | None
    sequence: int | None
    lead_days: int | None
    first_day: date | None
    person: str | None  # none where that is lost
    name: str
    address: str
    language: Language
    content: dict[str, Any]  # as it is stored: one that cannot be read must hold up no other mail
    message_id: str  # the same each time it is sent
    state: str  # queued, sent, failed
    made_at: datetime
    sent_at: datetime | None
    tries: int
    put_off_at: datetime | None  # for the first time
    try_at: datetime  # not before
    reply: int | None  # the SMTP code of the last refusal
    changed_by: str | None  # the key that had it tried again, or sent again
    repeats: str | None  # the id of the mail that this is sent again as: the first one

    @property
    def untold(self) -> str:
        """What changes without an event: one that failed waits again."""
        return self.state

    @property
    def is_lost(self) -> bool:
        """Whether an event alone is left of it, which tells neither what it said nor the address that it went to."""
        return not self.content


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Which failed mails are meant: those of which all holds that is given."""

    programme: str | None = None
    kind: str | None = None
    reply: int | None = None  # the SMTP code of the last refusal


@dataclass(frozen=True, kw_only=True)
class Requeued:
    """How many failed mails are tried again, and how many are not."""

    queued: int
    overtaken: int  # by a later mail about the same matter, or by the session's last day
    lost: int  # of which an event alone is left
