"""What an invoice or a credit note says, as it was issued (bokføringsforskriften § 5-1-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.billing.documents.domain.series import Kind

VERSION = 3  # what is issued now
CURRENCY = "NOK"  # ISO 4217
# Why there is no VAT, in the codes of EN 16931: not subject to VAT (A7).
VAT_CATEGORY, VAT_REASON_CODE = "O", "VATEX-EU-O"
ORGANISATION_NUMBERS = "0192"  # Enhetsregisteret's, in the list of schemes of Peppol


def endpoint(organisation_number: str) -> str:
    """Where an EHF goes, unless it was said otherwise: scheme:number (B8)."""
    return f"{ORGANISATION_NUMBERS}:{organisation_number}"


@dataclass(frozen=True, kw_only=True)
class BilledParty:
    """Seller or buyer, as a document names it."""

    name: str
    organisation_number: str
    street: str
    postal_code: str
    city: str
    endpoint: str | None = None  # where an EHF goes, `0192:942110464`; none on those issued before it was said


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a document says; amounts in øre, days by Norway's calendar.

    It is stored for years and never changed, so all that was ever stored has to be readable: a field that comes later has a
    default, which is what older documents say, and raises VERSION.
    """

    version: int = 1  # which the first documents do not name
    kind: Kind
    number: int
    document_number: str | None = None  # the seller's own; none on those issued before it had any
    issued_on: date
    due_on: date | None  # none on a credit note
    seller: BilledParty
    buyer: BilledParty
    payer_reference: str
    order_reference: str | None = None  # the payer's order, as is
    accounting_cost: str | None = None  # what it posts the fee to; none where it asked for neither
    programme_name: str
    instalment: int
    delivered: str  # what was delivered, in Norwegian
    delivered_from: date
    delivered_to: date
    delivered_where: str | None  # as text
    delivered_venue: str | None = None  # these two where they were said apart
    delivered_city: str | None = None
    amount_ore: int
    currency: str = CURRENCY
    no_vat_because: str | None = None  # why the amount carries no VAT (A7)
    vat_category: str = VAT_CATEGORY
    vat_reason_code: str | None = VAT_REASON_CODE
    in_foretaksregisteret: bool = False  # whether the seller is, which an EHF then says (A7)
    account: str | None  # the seller's bank account; none on a credit note from before version 3
    kid: str | None  # none on a credit note
    credits_invoice: int | None = None  # a credit note's: the invoice's number
    credits_document_number: str | None = None  # a credit note's: what the invoice calls itself
    credits_issued_on: date | None = None  # a credit note's: the day the invoice was issued
    reason: str | None = None  # a credit note's reason code
