"""What of the fee is due for an agreement, and what is to be issued or credited so that it is so (B1-B6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.credit_note import Credit, CreditReason
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.instalments.domain.due import due, makes_due
from services.billing.occasions.domain.deliveries import Delivery, Occasions
from services.billing.waivers.domain.waiver import Waiver
from shared.money import split_fee

Waived = Mapping[int, Waiver]  # by instalment, what an agreement is let off
NOTHING_WAIVED: Waived = {}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What is to be done so that an agreement is invoiced what is due, once, and nothing else."""

    issue: list[Claim]
    credit: list[Credit]
    # What is due and not issued, if it is none, since what stands is of another fee, and the sum might pass the fee of now.
    # None: what stands is of the fee of now.
    fee_changed: list[int] | None = None


def standing(issued: Sequence[Invoice]) -> dict[int, Invoice]:
    """By instalment, the invoice that is not credited."""
    return {invoice.instalment: invoice for invoice in issued if invoice.credited_by is None}


def difference(
    agreement: Agreement, occasions: Occasions, issued: Sequence[Invoice], waived: Waived = NOTHING_WAIVED
) -> Difference:
    """Due minus issued: what is missing is issued, and what does not stand any longer is credited (B4, B5).

    `issued` is all that was ever invoiced for the agreement, credited or not. An invoice stands as long as what it names
    makes its instalment due; that something else makes it due does not uphold it, but has it issued anew, as the next
    attempt, so that every invoice says what was really delivered (B6). What is waived is not due. Nobody is sent an invoice
    of 0 øre.

    Nobody pays more than the fee, nor less in three instalments (B1): as long as an invoice stands whose amount is not the
    one that the fee of now gives, nothing is issued beside it.

    Raises KeyError where an invoice names what is not known at all.
    """
    owed = {n: delivery for n, delivery in due(agreement, occasions).items() if n not in waived}
    amounts = split_fee(agreement.fee_ore)
    stands = standing(issued)
    credit = [
        found for _, invoice in sorted(stands.items()) if (found := _credit(invoice, agreement, occasions, waived))
    ]
    for it in credit:
        del stands[it.invoice.instalment]
    missing = [n for n in sorted(owed) if n not in stands and amounts[n - 1] > 0]
    if any(invoice.amount_ore != amounts[n - 1] for n, invoice in stands.items()):
        return Difference(issue=[], credit=credit, fee_changed=missing)
    return Difference(
        issue=[
            Claim(
                agreement=agreement,
                instalment=n,
                attempt=1 + sum(invoice.instalment == n for invoice in issued),
                amount_ore=amounts[n - 1],
                delivery=owed[n],
            )
            for n in missing
        ],
        credit=credit,
    )


def _credit(invoice: Invoice, agreement: Agreement, occasions: Occasions, waived: Waived) -> Credit | None:
    """Take an invoice back for what befell what it names, and because of which event; None where it stands (B6).

    First it is asked whether what it names is still there as it is named, then whether the agreement owes it, and last
    whether it was let off: the reason does not depend on which of two pieces of news is the younger (B4).
    """
    named = invoice.session or invoice.release or ""
    newest = occasions.newest_of(named)
    delivery = occasions.by_id.get(named)
    if delivery is None or not _is_as_named(delivery, invoice):
        reason: CreditReason = "completion_revoked" if invoice.session else "release_withdrawn"
        return Credit(invoice=invoice, reason=reason, because=newest)
    if not makes_due(delivery, agreement):
        return Credit(invoice=invoice, reason="agreement_ended", because=agreement.event_id)
    if invoice.instalment in waived:
        return Credit(invoice=invoice, reason="instalment_waived", because=waived[invoice.instalment].event_id)
    return None


def _is_as_named(delivery: Delivery, invoice: Invoice) -> bool:
    """This instalment, on these days. An invoice whose content is lost names no days; where it was does not matter."""
    if delivery.instalment != invoice.instalment:
        return False
    days = (invoice.delivered_from, invoice.delivered_to)
    return days in ((None, None), (delivery.first_day, delivery.last_day))
