"""What notifications tells: which mails went out, without a word on who they went to."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from shared.contracts.codes import Code
from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode

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
    }

    id: EntityId
    """What it is known by. Its first version is told of by no event: it was queued."""
    kind: str
    """What the mail is, as `invoice` or `session_invitation`. More kinds may come."""
    programme: ProgrammeCode | None = None
    """The code of the programme it is about. Absent where it is about none."""
    party: OrganisationNumber | None = None
    """The organisation number of the party it is about. Absent where it is about none."""
    state: Code[Literal["sent", "failed"]]
    """Whether a mail server has taken it, or refused it for good."""
    event: EntityId | None = None
    """The id of the event that it is about. Absent where it follows from what stands in a calendar."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


MAIL_SENT = EventType(PUBLISHER, "mail.sent", Mail)
MAIL_FAILED = EventType(PUBLISHER, "mail.failed", Mail, differs={"state": "failed"})

EVENTS = (MAIL_SENT, MAIL_FAILED)
