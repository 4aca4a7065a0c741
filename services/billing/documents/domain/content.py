"""What an invoice or a credit note says, as it was issued (bokføringsforskriften § 5-1-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.billing.documents.domain.series import Kind

VERSION = 1  # what is issued now


@dataclass(frozen=True, kw_only=True)
class BilledParty:
    """Seller or buyer, as a document names it."""

    name: str
    organisation_number: str
    street: str
    postal_code: str
    city: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a document says; amounts in øre, days by Norway's calendar.

    It is stored for years and never changed, so all that was ever stored has to be readable: a field that comes later has a
    default, which is what older documents say, and raises VERSION.
    """

    version: int = 1  # which the first documents do not name
    kind: Kind
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
    account: str | None  # the seller's bank account; none on a credit note
    kid: str | None  # none on a credit note
    credits_invoice: int | None = None  # a credit note's: the invoice's number
    reason: str | None = None  # a credit note's reason code
