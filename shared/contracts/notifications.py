"""What notifications tells: which mails went out, and to whom by an id alone."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from shared.contracts.bounds import Count, Day, Word
from shared.contracts.codes import Code, Pattern
from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode
from shared.contracts.erasure import FORGOTTEN_IN_MAILS

PUBLISHER = "notifications"


class Mail(Entity):
    """What became of one mail to one recipient (N1)."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 2,
        "id": "0192279c-9000-7000-8000-000000000010",
        "kind": "invoice",
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "state": "sent",
        "event": "0192279c-6c80-7000-8000-000000000001",
        "person": "018e3f2c-8800-7000-8000-000000000011",
        "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }

    id: EntityId
    """What it is known by. Its first version is told of by no event: it was queued."""
    kind: Word
    """What the mail is, as `invoice` or `session_invitation`. More kinds may come."""
    programme: ProgrammeCode | None = None
    """The code of the programme it is about. Absent where it is about none."""
    party: OrganisationNumber | None = None
    """The organisation number of the party it is about. Absent where it is about none."""
    state: Code[Literal["sent", "failed"]]
    """Whether a mail server has taken it, or refused it for good."""
    event: EntityId | None = None
    """The id of the event that it is about. Absent where it follows from what stands in a calendar."""
    person: Word | None = None
    """The id of the person that it went to: who that is stands in no event (N2). The party's organisation number, where it went to an
    address of the party for invoices that is no person's. Absent where it was told before events said so."""
    session: EntityId | None = None
    """The id of the session whose calendar entry it carries, or of which it reminds. Absent where it is about none."""
    sequence: Count | None = None
    """The entry's SEQUENCE (RFC 5545), which counts what this person was told of this session, from 0. Absent where it carries none."""
    lead_days: Count | None = None
    """How many days before the session's first day it was due. Absent where it reminds of none."""
    first_day: Day | None = None
    """The first day of the session, a day in Norway, of which it reminds. Absent where it reminds of none."""
    repeats: EntityId | None = None
    """The id of the mail that this one is sent again as. Absent where it is the first."""
    fingerprint: Annotated[str, Pattern(r"^[0-9a-f]{64}$")] | None = None
    """The SHA-256 of what was told, of the entry alone where it is about a session: the same where the same was told."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


MAIL_SENT = EventType(PUBLISHER, "mail.sent", Mail, "A mail server has taken a mail (N1).", since="0.1.0")
MAIL_FAILED = EventType(
    PUBLISHER, "mail.failed", Mail, "A mail was refused for good.", since="0.1.0", differs={"state": "failed"}
)

EVENTS = (MAIL_SENT, MAIL_FAILED, FORGOTTEN_IN_MAILS)
