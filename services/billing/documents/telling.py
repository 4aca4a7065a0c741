"""Invoices and credit notes as others hear of them."""

from __future__ import annotations

from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.series import series_id
from shared.contracts import billing as events


def invoice(it: Invoice) -> events.Invoice:
    """An invoice as an event's entity, which ignores the field that its contract does not have, `credited_by`."""
    return events.Invoice(version=1, series=series_id(it.programme, "invoice"), **vars(it))


def credit_note(it: CreditNote) -> events.CreditNote:
    return events.CreditNote(version=1, series=series_id(it.programme, "credit_note"), **vars(it))
