"""What of the fee is due for an agreement, and what is to be issued or credited so that it is so (B1-B6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.billing.domain.deliveries import Delivery, Occasions

INSTALMENTS = 3

CreditReason = Literal["agreement_ended", "completion_revoked", "release_withdrawn"]


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who pays, as an invoice names it."""

    organisation_number: str
    name: str
    street: str
    postal_code: str
    city: str
    language_form: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    id: str
    event_id: str  # the newest news of it
    party: str  # organisation number
    buyer: Buyer | None  # none until the party is known
    fee_ore: int
    payer_reference: str
    signed_on: date | None
    ends_on: date | None  # the first day on which it is no longer in force


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An instalment that is to be invoiced."""

    agreement: Agreement
    instalment: int
    attempt: int  # 1, and one more each time the one before was credited
    amount_ore: int
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An instalment that was invoiced. It never changes; `credited_by` comes from the credit note's own row."""

    programme: str
    number: int
    agreement: str
    party: str
    instalment: int
    attempt: int
    session: str | None  # what made it due: a session,
    release: str | None  # or else a release
    amount_ore: int
    issued_on: date
    due_on: date
    kid: str
    credited_by: int | None = None  # the credit note's number


@dataclass(frozen=True, kw_only=True)
class CreditNote:
    """An invoice taken back in full. It never changes."""

    programme: str
    number: int
    invoice: int  # its number
    agreement: str
    party: str
    instalment: int
    attempt: int
    session: str | None
    release: str | None
    reason: CreditReason
    because: str  # the id of the event that made the invoice wrong
    amount_ore: int
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class Credit:
    """An invoice that is to be credited in full."""

    invoice: Invoice
    reason: CreditReason
    because: str  # the id of the event that made it wrong


@dataclass(frozen=True, kw_only=True)
class Difference:
    issue: list[Claim]
    credit: list[Credit]


def split_fee(fee_ore: int) -> list[int]:
    """The instalments in øre, which sum to the fee; the earlier ones carry the odd øre (B2).

    >>> split_fee(2_000_000)
    [666667, 666667, 666666]
    """
    whole, odd = divmod(fee_ore, INSTALMENTS)
    return [whole + (n < odd) for n in range(INSTALMENTS)]


def due(agreement: Agreement, occasions: Occasions) -> dict[int, Delivery]:
    """By instalment, the earliest delivery that makes it due (B3).

    When the agreement was signed plays no part: who signs late owes what fell due before (B5).
    """
    if agreement.signed_on is None:
        return {}
    found: dict[int, Delivery] = {}
    for delivery in occasions.deliveries:
        in_force = agreement.ends_on is None or agreement.ends_on > delivery.last_day
        if in_force:
            found.setdefault(delivery.instalment, delivery)
    return found


def standing(issued: Sequence[Invoice]) -> dict[int, Invoice]:
    """By instalment, the invoice that is not credited."""
    return {invoice.instalment: invoice for invoice in issued if invoice.credited_by is None}


def difference(agreement: Agreement, occasions: Occasions, issued: Sequence[Invoice]) -> Difference:
    """Due minus issued: what is missing is issued, what is no longer due is credited (B4, B5).

    `issued` is all that was ever invoiced for the agreement, credited or not. Nobody is sent an invoice of 0 øre.
    """
    owed = due(agreement, occasions)
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
        credit=[_credit(agreement, occasions, invoice) for n, invoice in sorted(stands.items()) if n not in owed],
    )


def _credit(agreement: Agreement, occasions: Occasions, invoice: Invoice) -> Credit:
    """Why an invoice is wrong that nothing makes due any longer, and the news that made it so.

    What it was issued for may be gone, and the agreement's end may keep what else was delivered from counting. Where
    both are so, it is what was heard of last: event ids sort by time.
    """
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
