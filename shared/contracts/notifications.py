"""What notifications tells: which mails went out, without a word on who they went to."""

from __future__ import annotations

from typing import Literal

from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode

PUBLISHER = "notifications"


class Mail(Entity):
    id: EntityId
    kind: str
    programme: ProgrammeCode | None = None
    party: OrganisationNumber | None = None
    state: Literal["sent", "failed"]
    event: EntityId | None = None  # what it is about

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


MAIL_SENT = EventType(PUBLISHER, "mail.sent", Mail)
MAIL_FAILED = EventType(PUBLISHER, "mail.failed", Mail)

EVENTS = (MAIL_SENT, MAIL_FAILED)
