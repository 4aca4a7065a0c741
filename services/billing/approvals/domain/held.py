"""What waits for an approval, and what is asked for one: too many documents that follow from no news (B5).

A rule that is wrong, or a session that is revoked by mistake, would credit everybody at once, and a document that is issued
is never changed. So what follows from a start or from a revocation alone is issued by itself only where it is little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.credit_note import Credit, CreditReason
from services.billing.documents.domain.invoice import Claim

APPROVE_ABOVE = 50  # documents of one programme that a start, or a revocation, issues by itself
Cause = Literal["start", "revocation"]
REVOCATIONS: frozenset[CreditReason] = frozenset(("completion_revoked", "release_withdrawn"))


@dataclass(frozen=True, kw_only=True)
class Held:
    """What would be done about one instalment of one agreement: an invoice credited, one issued, or both."""

    agreement: str
    party: str
    instalment: int
    invoice: int | None  # the number of the one that would be credited
    reason: CreditReason | None  # for which
    amount_ore: int | None  # of the one that would be issued
    delivery: str | None  # what that would name: a session or a release,
    delivered_from: date | None  # on these days
    delivered_to: date | None

    @property
    def documents(self) -> int:
        return (self.invoice is not None) + (self.amount_ore is not None)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What is held by now of one instalment of one agreement."""

    held: Held
    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Documents that were found at once. None is added to them later, so that who approves them knows which they are."""

    id: str
    programme: str
    cause: Cause
    documents: int  # as many as were found
    found_at: datetime  # in real time, as the next
    approved_at: datetime | None = None
    approved_by: str | None = None  # the name of the key


def held(agreement: Agreement, instalment: int, claims: Sequence[Claim], credits: Sequence[Credit]) -> Held:
    """What would be done about an instalment: at most one claim and one credit of these."""
    claim = next((it for it in claims if it.instalment == instalment), None)
    credit = next((it for it in credits if it.invoice.instalment == instalment), None)
    return Held(
        agreement=agreement.id,
        party=agreement.party,
        instalment=instalment,
        invoice=credit.invoice.number if credit else None,
        reason=credit.reason if credit else None,
        amount_ore=claim.amount_ore if claim else None,
        delivery=claim.delivery.id if claim else None,
        delivered_from=claim.delivery.first_day if claim else None,
        delivered_to=claim.delivery.last_day if claim else None,
    )
