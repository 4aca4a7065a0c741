"""What services ask each other by request and reply, because it must not stand in an event.

The answers hold personal data or free text: they are never published, and no other system may ask.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from shared.contracts.billing import BilledParty

A = TypeVar("A", bound=BaseModel)


class Message(BaseModel):
    """A question, an answer or a part of one. The docstring under a field is its description in the JSON schema."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Question(Message, Generic[A]):
    """A question whose answer is an A."""

    subject: ClassVar[str]  # rpc.<who answers>.<what>
    answer: ClassVar[type[BaseModel]]  # the class A itself, by which the asker reads the answer


Purpose = Literal["application", "invitation", "agreement", "concern", "end", "invoice"]


class Recipient(Message):
    """Someone to write to."""

    person: str
    """The person's id, which stays."""
    name: str
    """What the person is called."""
    email: str
    """The person's e-mail address."""


class Contacts(Message):
    """Who is to be written to; nobody where nobody is known."""

    recipients: tuple[Recipient, ...]
    """Each once."""
    lost: tuple[str, ...] = ()
    """The ids of those who are concerned too and whose address is lost. Once it is said anew, the group is told of anew."""


class WhoIsConcerned(Question[Contacts]):
    """Who is to hear of something, by its purpose (N1)."""

    subject = "rpc.registration.contacts"
    answer = Contacts

    purpose: Purpose
    """What it is that they are to hear of."""
    programme: str
    """The programme's code."""
    party: str
    """The party's organisation number."""


class SessionDetails(Message):
    """What a session's events leave out where it is held with one party."""

    title: str
    """What it is called, in Norwegian."""
    place: str | None
    """Where it is. Null while that is not known."""
    meeting_link: str | None
    """Where to meet online. Null where there is no link."""


class WhatSession(Question[SessionDetails]):
    """Title, place and link of a session, also where they are not public."""

    subject = "rpc.scheduling.session"
    answer = SessionDetails

    session: str
    """The session's id."""


class DocumentContent(Message):
    """An invoice or a credit note as it was issued (bokføringsforskriften § 5-1-1). Days are calendar days in Norway."""

    kind: Literal["invoice", "credit_note"]
    """Which of the two it is."""
    number: int
    """Its number in its series, from 1."""
    document_number: str | None = None
    """What it is called: `FK1-35`. Null where it was issued before there was such a number: it is called by `number`."""
    issued_on: date
    """The day it was issued."""
    due_on: date | None
    """The day by which it is to be paid. Null on a credit note."""
    seller: BilledParty
    """The council."""
    buyer: BilledParty
    """The party, as it was known when the invoice was issued."""
    payer_reference: str
    """What the payer wants to find on its invoices (R2)."""
    programme_name: str
    """What the programme is called."""
    instalment: int
    """Which of the fee's three instalments it is for (B2)."""
    delivered: str
    """What was delivered, in Norwegian."""
    delivered_from: date
    """The first day of the delivery."""
    delivered_to: date
    """The last day of the delivery."""
    delivered_where: str | None
    """Where it was delivered, as text. Null where that is not known."""
    delivered_venue: str | None = None
    """The house that it was delivered in. Null where it was not said apart from the text."""
    delivered_city: str | None = None
    """The town or village that it was delivered in. Null as the venue is."""
    amount_ore: int
    """What it comes to, in øre; a credit note takes this amount back."""
    currency: str = "NOK"
    """Of the amount, as ISO 4217 has it."""
    no_vat_because: str | None = None
    """Why the amount carries no VAT (A7), in Norwegian. Null where that was not said."""
    vat_category: str = "O"
    """The category of VAT, as EN 16931 has it: `O`, not subject to VAT."""
    vat_reason_code: str | None = "VATEX-EU-O"
    """Why there is no VAT, as a code of EN 16931's list VATEX."""
    account: str | None
    """The seller's bank account, eleven digits. Null on a credit note."""
    kid: str | None
    """What a payment names. Null on a credit note."""
    credits_invoice: int | None = None
    """The number of the invoice that a credit note takes back. Null on an invoice."""
    credits_document_number: str | None = None
    """What the invoice that a credit note takes back is called. Null on an invoice, and before it was said."""
    credits_issued_on: date | None = None
    """The day on which the invoice was issued that a credit note takes back. Null on an invoice, and before it was said."""
    reason: str | None = None
    """Why a credit note takes it back, as a code: `completion_revoked`. Null on an invoice."""


class WhatDocument(Question[DocumentContent]):
    """The content of a document as issued."""

    subject = "rpc.billing.invoice"
    answer = DocumentContent

    kind: Literal["invoice", "credit_note"]
    """Which of the two it is."""
    series: str
    """The number series it belongs to, as its event says."""
    number: int
    """Its number in the series."""


QUESTIONS: tuple[type[Question[Any]], ...] = (WhoIsConcerned, WhatSession, WhatDocument)
