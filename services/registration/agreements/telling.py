"""Agreements and concerns as others hear of them: no people, no prose (N2)."""

from __future__ import annotations

from services.registration.agreements.domain.agreement import Agreement
from services.registration.agreements.domain.concern import Concern
from shared.contracts import registration as events


def agreement(it: Agreement) -> events.Agreement:
    return events.Agreement(
        version=it.version,
        programme=it.programme,
        party=it.party,
        predecessor=it.predecessor,
        id=it.id,
        period_start=it.period_start,
        period_end=it.period_end,
        signed_on=it.signed_on,
        called_back_on=it.called_back_on,
        ends_on=it.ends_on,
        kind_of_end=it.kind_of_end,
        fee_ore=it.fee_ore,
        payer_reference=it.payer_reference,
        order_reference=it.order_reference,
        accounting_cost=it.accounting_cost,
        fingerprint=it.fingerprint,
    )


def concern(it: Concern, agreement: Agreement) -> events.Concern:
    """A concern is raised or resolved here; that it led to termination is told with the agreement's end."""
    return events.Concern(
        version=it.version,
        programme=agreement.programme,
        party=agreement.party,
        id=it.id,
        agreement=agreement.id,
        raised_by=it.raised_by,
        state="resolved" if it.is_resolved else "raised",
        findings=it.findings,
    )
