"""An invoice or a credit note as it was issued: as its event carries it, or as billing answers for those told before."""

from __future__ import annotations

from services.notifications.letters.domain.content import Billed, Document
from shared.contracts import billing
from shared.contracts.questions import DocumentContent


def carried(it: billing.Invoice | billing.CreditNote) -> Document | None:
    """What the event of its issue carries; None where that was told before events carried it."""
    if it.content is None:
        return None
    said = it.content
    invoice = it if isinstance(it, billing.Invoice) else None
    note = it if isinstance(it, billing.CreditNote) else None
    return Document(
        number=it.number,
        document_number=it.document_number,
        issued_on=it.issued_on,
        due_on=invoice.due_on if invoice else None,
        seller=billed(said.seller),
        buyer=billed(said.buyer),
        payer_reference=said.payer_reference,
        order_reference=said.order_reference,
        accounting_cost=said.accounting_cost,
        programme_name=said.programme_name,
        instalment=it.instalment,
        delivered=said.delivered,
        delivered_from=said.delivered_from,
        delivered_to=said.delivered_to,
        delivered_where=said.delivered_where,
        amount_ore=it.amount_ore,
        no_vat_because=said.no_vat_because,
        account=said.account,
        kid=invoice.kid if invoice else None,
        credits_invoice=note.invoice if note else None,
        credits_document_number=said.credits_document_number,
        reason=note.reason if note else None,
    )


def answered(it: DocumentContent) -> Document:
    return Document(
        number=it.number,
        document_number=it.document_number,
        issued_on=it.issued_on,
        due_on=it.due_on,
        seller=billed(it.seller),
        buyer=billed(it.buyer),
        payer_reference=it.payer_reference,
        order_reference=it.order_reference,
        accounting_cost=it.accounting_cost,
        programme_name=it.programme_name,
        instalment=it.instalment,
        delivered=it.delivered,
        delivered_from=it.delivered_from,
        delivered_to=it.delivered_to,
        delivered_where=it.delivered_where,
        amount_ore=it.amount_ore,
        no_vat_because=it.no_vat_because,
        account=it.account,
        kid=it.kid,
        credits_invoice=it.credits_invoice,
        credits_document_number=it.credits_document_number,
        reason=it.reason,
    )


def billed(party: billing.BilledParty) -> Billed:
    return Billed(
        name=party.name,
        organisation_number=party.organisation_number,
        street=party.street,
        postal_code=party.postal_code,
        city=party.city,
    )
