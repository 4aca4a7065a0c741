"""The content of invoices and credit notes as issued (bokføringsforskriften § 5-1-1), which never changes afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from services.billing.domain.instalments import INSTALMENTS, Buyer, Claim, CreditNote, Invoice
from shared.questions import BilledParty, DocumentContent


@dataclass(frozen=True, kw_only=True)
class Seller:
    """The council, as its invoices name it."""

    party: BilledParty
    account: str
    no_vat_because: str


def of_invoice(invoice: Invoice, claim: Claim, buyer: Buyer, seller: Seller, programme_name: str) -> DocumentContent:
    delivery = claim.delivery
    return DocumentContent(
        kind="invoice",
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        seller=seller.party,
        buyer=BilledParty(
            name=buyer.name,
            organisation_number=buyer.organisation_number,
            street=buyer.street,
            postal_code=buyer.postal_code,
            city=buyer.city,
        ),
        payer_reference=claim.agreement.payer_reference,
        programme_name=programme_name,
        instalment=claim.instalment,
        delivered=delivered(claim, buyer, programme_name),
        delivered_from=delivery.first_day,
        delivered_to=delivery.last_day,
        delivered_where=delivery.place,
        amount_ore=claim.amount_ore,
        no_vat_because=seller.no_vat_because,
        account=seller.account,
        kid=invoice.kid,
    )


def of_credit_note(note: CreditNote, invoice: DocumentContent) -> DocumentContent:
    """All that the invoice said, taken back; there is nothing to pay, and so no account, KID or due date."""
    return invoice.model_copy(
        update={
            "kind": "credit_note",
            "number": note.number,
            "issued_on": note.issued_on,
            "due_on": None,
            "account": None,
            "kid": None,
            "credits_invoice": note.invoice,
            "reason": note.reason,
        }
    )


def delivered(claim: Claim, buyer: Buyer, programme_name: str) -> str:
    """What was delivered, in the buyer's language form: `Deltakeravgift …, rate 1 av 3: Fellessamling 1`."""
    fee = "Deltakaravgift" if buyer.language_form == "nynorsk" else "Deltakeravgift"
    told = f"{fee} {programme_name}, rate {claim.instalment} av {INSTALMENTS}"
    return f"{told}: {claim.delivery.title}" if claim.delivery.title else told
