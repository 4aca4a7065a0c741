"""An instalment that is to be invoiced, and the invoice that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.billing.documents.domain.agreement import Agreement
from services.billing.occasions.domain.deliveries import Delivery


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An instalment that is to be invoiced: what an invoice is made of."""

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
    document_number: str | None = None  # none on those issued before there was one
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
    delivered_from: date | None = None  # the days of what made it due; none where its content is lost
    delivered_to: date | None = None
    credited_by: int | None = None  # the credit note's number
