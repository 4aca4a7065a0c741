"""What services ask each other by request and reply, because it must not stand in an event.

The answers hold personal data or free text: they are never published, and no other system may ask.
"""

from __future__ import annotations

from datetime import date
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

A = TypeVar("A", bound=BaseModel)


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Question(Message, Generic[A]):
    """A question whose answer is an A."""


Purpose = Literal["application", "invitation", "agreement", "concern", "end", "invoice"]


class Recipient(Message):
    person: str  # a stable id
    name: str
    email: str


class Contacts(Message):
    recipients: tuple[Recipient, ...]


class WhoIsConcerned(Question[Contacts]):
    """`rpc.registration.contacts`: who is to hear of something, by its purpose (N1)."""

    purpose: Purpose
    programme: str
    party: str


class SessionDetails(Message):
    title: str
    place: str | None
    meeting_link: str | None


class WhatSession(Question[SessionDetails]):
    """`rpc.scheduling.session`: title, place and link of a session, also where they are not public."""

    session: str


class BilledParty(Message):
    name: str
    organisation_number: str
    street: str
    postal_code: str
    city: str


class DocumentContent(Message):
    """An invoice or a credit note as it was issued (bokføringsforskriften § 5-1-1). Amounts in øre."""

    kind: Literal["invoice", "credit_note"]
    number: int
    issued_on: date
    due_on: date | None  # none on a credit note
    seller: BilledParty
    buyer: BilledParty
    payer_reference: str
    programme_name: str
    instalment: int
    delivered: str  # what was delivered, in Norwegian
    delivered_from: date
    delivered_to: date
    delivered_where: str | None
    amount_ore: int
    account: str | None  # the seller's bank account
    kid: str | None
    credits_invoice: int | None = None
    reason: str | None = None  # a credit note's reason code


class WhatDocument(Question[DocumentContent]):
    """`rpc.billing.invoice`: the content of a document as issued."""

    kind: Literal["invoice", "credit_note"]
    series: str
    number: int


SUBJECTS: dict[type[Question[Contacts]] | type[Question[SessionDetails]] | type[Question[DocumentContent]], str] = {
    WhoIsConcerned: "rpc.registration.contacts",
    WhatSession: "rpc.scheduling.session",
    WhatDocument: "rpc.billing.invoice",
}
