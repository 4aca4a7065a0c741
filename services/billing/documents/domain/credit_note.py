"""An invoice that is to be taken back in full, and the credit note that does so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from services.billing.documents.domain.invoice import Invoice
from shared.errors import Conflict

ByHand = Literal["wrong_reference", "wrong_buyer", "mistake"]
CreditReason = Literal["agreement_ended", "completion_revoked", "release_withdrawn", "instalment_waived"] | ByHand
BY_HAND: tuple[ByHand, ...] = get_args(ByHand)


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
    because: str | None  # the id of the event that made the invoice wrong; none by hand, and where it is lost
    decided_by: str | None = None  # the name of the key that had it credited by hand; stands in no event
    amount_ore: int
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class Credit:
    """An invoice that is to be taken back in full: what a credit note is made of."""

    invoice: Invoice
    reason: CreditReason
    because: str | None  # the id of the event that made it wrong; none by hand
    decided_by: str | None = None  # by hand: the name of the key


def check_same_credit(note: CreditNote, reason: ByHand) -> None:
    """Raises Conflict for an invoice that was credited for another reason (B5)."""
    if note.reason != reason:
        msg = f"the invoice is credited already, by credit note {note.number}, for the reason {note.reason}"
        raise Conflict(
            msg, code="credited_for_another_reason", rule="B5", field="reason", values={"credit_note": note.number}
        )
