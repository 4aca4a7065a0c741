"""What services ask each other by request and reply, because it must not stand in an event.

The answers hold personal data or free text: they are never published, and no other system may ask.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

A = TypeVar("A", bound=BaseModel)


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Question(Message, Generic[A]):
    """A question whose answer is an A."""

    subject: ClassVar[str]  # rpc.<who answers>.<what>
    answer: ClassVar[type[BaseModel]]  # A, for the program


Purpose = Literal["application", "invitation", "agreement", "concern", "end", "invoice"]


class Recipient(Message):
    person: str  # a stable id
    name: str
    email: str


class Contacts(Message):
    recipients: tuple[Recipient, ...]


class WhoIsConcerned(Question[Contacts]):
    """Who is to hear of something, by its purpose (N1)."""

    subject = "rpc.registration.contacts"
    answer = Contacts

    purpose: Purpose
    programme: str
    party: str


class SessionDetails(Message):
    title: str
    place: str | None
    meeting_link: str | None


class WhatSession(Question[SessionDetails]):
    """Title, place and link of a session, also where they are not public."""

    subject = "rpc.scheduling.session"
    answer = SessionDetails

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
    no_vat_because: str | None = None  # why the amount carries no VAT (A7)
    account: str | None  # the seller's bank account
    kid: str | None
    credits_invoice: int | None = None
    reason: str | None = None  # a credit note's reason code


class WhatDocument(Question[DocumentContent]):
    """The content of a document as issued."""

    subject = "rpc.billing.invoice"
    answer = DocumentContent

    kind: Literal["invoice", "credit_note"]
    series: str
    number: int
