"""What of the fee is due for an agreement, and what is to be issued or credited so that it is so (B1-B6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.credit_note import Credit, CreditReason
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.instalments.domain.due import due, split_fee
from services.billing.occasions.domain.deliveries import Occasions
from services.billing.waivers.domain.waiver import Waiver

Waived = Mapping[int, Waiver]  # by instalment, what an agreement is let off
NOTHING_WAIVED: Waived = {}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What is to be done so that an agreement is invoiced what is due, once, and nothing else."""

    issue: list[Claim]
    credit: list[Credit]


def standing(issued: Sequence[Invoice]) -> dict[int, Invoice]:
    """By instalment, the invoice that is not credited."""
    return {invoice.instalment: invoice for invoice in issued if invoice.credited_by is None}


def difference(
    agreement: Agreement, occasions: Occasions, issued: Sequence[Invoice], waived: Waived = NOTHING_WAIVED
) -> Difference:
    """Due minus issued: what is missing is issued, what is no longer due is credited (B4, B5).

    `issued` is all that was ever invoiced for the agreement, credited or not. Nobody is sent an invoice of 0 øre.
    An instalment that falls due again after a credit note is invoiced again, as the next attempt (B5). What is waived is
    not due.
    """
    owed = {n: delivery for n, delivery in due(agreement, occasions).items() if n not in waived}
    stands = standing(issued)
    amounts = split_fee(agreement.fee_ore)
    return Difference(
        issue=[
            Claim(
                agreement=agreement,
                instalment=n,
                attempt=1 + sum(invoice.instalment == n for invoice in issued),
                amount_ore=amounts[n - 1],
                delivery=delivery,
            )
            for n, delivery in sorted(owed.items())
            if n not in stands and amounts[n - 1] > 0
        ],
        credit=[
            _credit(agreement, occasions, invoice, waived) for n, invoice in sorted(stands.items()) if n not in owed
        ],
    )


def _credit(agreement: Agreement, occasions: Occasions, invoice: Invoice, waived: Waived) -> Credit:
    """Take back an invoice whose instalment is no longer due: for which reason, and because of which event.

    A waiver, where the instalment would be due without it. Else there are two causes. What the invoice was issued for is gone:
    a completion was revoked, a release withdrawn. Or the instalment was delivered, but not before the agreement's end. Where
    both are so, the one that was heard of last is named: event ids sort by time.
    """
    if invoice.instalment in due(agreement, occasions):
        return Credit(invoice=invoice, reason="instalment_waived", because=waived[invoice.instalment].event_id)
    causes: list[tuple[str, CreditReason]] = []
    delivered = {delivery.id for delivery in occasions.deliveries if delivery.instalment == invoice.instalment}
    if delivered:
        causes.append((agreement.event_id, "agreement_ended"))
    if invoice.session and invoice.session not in delivered:
        causes.append((occasions.newest_of(invoice.session), "completion_revoked"))
    if invoice.release and invoice.release not in delivered:
        causes.append((occasions.newest_of(invoice.release), "release_withdrawn"))
    because, reason = max(causes)
    return Credit(invoice=invoice, reason=reason, because=because)
