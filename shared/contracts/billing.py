"""What billing tells: invoices, credit notes and releases. Amounts are in øre."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode

PUBLISHER = "billing"

Instalment = Annotated[int, Field(ge=1, le=3)]


class Document(Entity):
    """What invoices and credit notes have in common. It never changes once it is issued."""

    series: str
    number: Annotated[int, Field(ge=1)]
    programme: ProgrammeCode
    party: OrganisationNumber
    agreement: EntityId
    instalment: Instalment
    attempt: Annotated[int, Field(ge=1)]
    session: EntityId | None = None  # what made it due: a session, or else a release
    release: EntityId | None = None
    amount_ore: Annotated[int, Field(ge=0)]
    issued_on: date

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


class Invoice(Document):
    due_on: date
    kid: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,25}$")]


class CreditNote(Document):
    invoice: Annotated[int, Field(ge=1)]  # the number of the invoice that it credits in full
    reason: Literal["agreement_ended", "completion_revoked", "release_withdrawn"]


class Release(Entity):
    """An instalment released by hand: counts as a session completed on the effective day (B6)."""

    id: EntityId
    programme: ProgrammeCode
    instalment: Instalment
    effective_on: date
    withdrawn: bool
    reason: Literal["session_became_digital", "session_cancelled", "other"]

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, None


INVOICE_ISSUED = EventType(PUBLISHER, "invoice.issued", Invoice)
CREDIT_NOTE_ISSUED = EventType(PUBLISHER, "credit_note.issued", CreditNote)
INSTALMENT_RELEASED = EventType(PUBLISHER, "instalment.released", Release)
INSTALMENT_RELEASE_WITHDRAWN = EventType(PUBLISHER, "instalment.release_withdrawn", Release)

EVENTS = (INVOICE_ISSUED, CREDIT_NOTE_ISSUED, INSTALMENT_RELEASED, INSTALMENT_RELEASE_WITHDRAWN)
