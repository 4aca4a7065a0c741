"""A seller, an agreement, sessions and releases to try the rules on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.billing.documents.domain.agreement import Agreement, Buyer
from services.billing.documents.domain.content import BilledParty
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.use_cases.issue_invoices import Seller
from services.billing.instalments.domain.difference import NOTHING_WAIVED, Difference, Waived, difference
from services.billing.occasions.domain.deliveries import JointSession, Occasions
from services.billing.occasions.domain.release import Release
from services.billing.waivers.domain.waiver import Waiver

SELLER = Seller(
    party=BilledParty(
        name="Norsk kulturskoleråd",
        organisation_number="312345676",
        street="Eksempelgata 1",
        postal_code="7010",
        city="Trondheim",
        endpoint="0192:312345676",
    ),
    account="12345678903",
    no_vat_because="Ikke merverdiavgiftspliktig",
)
TRONDHEIM = Buyer(
    organisation_number="942110464",
    name="Trondheim",
    street="Munkegata 1",
    postal_code="7011",
    city="Trondheim",
    language_form="bokmål",
)
AGREEMENT = Agreement(
    id="a1",
    event_id="0-signed",
    party="942110464",
    buyer=TRONDHEIM,
    fee_ore=2_000_000,
    payer_reference="ref-1",
    signed_on=date(2024, 8, 20),
    ends_on=None,
)
DAYS = {1: date(2024, 9, 25), 2: date(2025, 2, 20), 3: date(2025, 9, 12)}


def session(instalment: int | None, last_day: date | None = None, **changes: Any) -> JointSession:
    """A completed physical joint session of two days."""
    last = last_day or DAYS[instalment or 1]
    fields: dict[str, Any] = {
        "id": f"s{instalment}",
        "version": 2,
        "event_id": f"1-completed-{instalment}",
        "format": "physical",
        "state": "completed",
        "instalment": instalment,
        "title": "Fellessamling",
        "place": "Kimen, Stjørdal",
        "venue": "Kimen",
        "city": "Stjørdal",
        "planned": "24.–25. september 2024",
        "not_before": last - timedelta(days=1),
        "first_day": last - timedelta(days=1),
        "last_day": last,
    }
    return JointSession(**(fields | changes))


def release(instalment: int, effective_on: date | None = None, **changes: Any) -> Release:
    fields: dict[str, Any] = {
        "id": f"r{instalment}",
        "version": 1,
        "event_id": f"1-released-{instalment}",
        "programme": "p",
        "instalment": instalment,
        "effective_on": effective_on or DAYS[instalment],
        "venue": "Plassen",
        "city": "Molde",
        "reason": "other",
        "withdrawn": False,
    }
    return Release(**(fields | changes))


def waived(*instalments: int, event_id: str = "2-waived") -> Waived:
    """What AGREEMENT is let off."""
    return {
        n: Waiver(
            id=f"w{n}",
            version=1,
            event_id=event_id,
            programme="p",
            party=AGREEMENT.party,
            agreement=AGREEMENT.id,
            instalment=n,
            reason="other",
            withdrawn=False,
        )
        for n in instalments
    }


def occasions(*them: JointSession | Release) -> Occasions:
    return Occasions(
        sessions=[it for it in them if isinstance(it, JointSession)],
        releases=[it for it in them if isinstance(it, Release)],
    )


FIRST = session(1)
SECOND = session(2)


def amounts(gap: Difference) -> dict[int, int]:
    """In øre, by instalment, what is to be issued."""
    return {it.instalment: it.amount_ore for it in gap.issue}


def carry_out(
    agreement: Agreement, known: Occasions, issued: Sequence[Invoice], waived: Waived = NOTHING_WAIVED
) -> list[Invoice]:
    """All that was ever invoiced, once the difference is issued and credited."""
    gap = difference(agreement, known, issued, waived)
    wrong = {it.invoice.number for it in gap.credit}
    credited = [replace(it, credited_by=it.number) if it.number in wrong else it for it in issued]
    new = [
        Invoice(
            programme="p",
            number=len(issued) + place,
            document_number=f"FK1-{len(issued) + place}",
            agreement=claim.agreement.id,
            party=claim.agreement.party,
            instalment=claim.instalment,
            attempt=claim.attempt,
            session=claim.delivery.id if claim.delivery.kind == "session" else None,
            release=claim.delivery.id if claim.delivery.kind == "release" else None,
            amount_ore=claim.amount_ore,
            issued_on=date(2025, 12, 1),
            due_on=date(2025, 12, 31),
            kid="0010000017",
            delivered_from=claim.delivery.first_day,
            delivered_to=claim.delivery.last_day,
        )
        for place, claim in enumerate(gap.issue, start=1)
    ]
    return credited + new
