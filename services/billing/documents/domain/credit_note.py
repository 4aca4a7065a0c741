"""An invoice that is to be taken back in full, and the credit note that does so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.billing.documents.domain.invoice import Invoice

CreditReason = Literal["agreement_ended", "completion_revoked", "release_withdrawn"]


@dataclass(frozen=True, kw_only=True)
class CreditNote:
    """What takes an invoice back in full, as it was issued. It never changes."""

    programme: str
    number: int
    document_number: str | None = None  # none on those issued before there was one
    invoice: int  # its number
    agreement: str
    party: str
    instalment: int
    attempt: int
    session: str | None
    release: str | None
    reason: CreditReason
    because: str | None  # the id of the event that made the invoice wrong; none where it is lost
    amount_ore: int
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class Credit:
    """An invoice that is to be taken back in full: what a credit note is made of."""

    invoice: Invoice
    reason: CreditReason
    because: str  # the id of the event that made it wrong
