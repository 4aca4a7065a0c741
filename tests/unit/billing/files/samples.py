"""Contents as they are issued, to every municipality of Norway and to county branches, and as they were issued before."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from services.billing.documents.domain.agreement import Buyer
from services.billing.documents.domain.content import Content
from services.billing.documents.domain.credit_note import CreditNote, CreditReason
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.documents.repository import CONTENT
from services.billing.documents.use_cases import issue_credit_notes, issue_invoices
from services.billing.instalments.domain.difference import difference
from tests.unit.billing.documents.test_content import FIRST_FORM, SECOND_FORM
from tests.unit.billing.samples import AGREEMENT, SELLER, TRONDHEIM, occasions, release, session

MUNICIPALITIES = Path(__file__).parents[3] / "data" / "municipalities-2024.csv"
AN_AGREEMENT = "018f9a10-5400-7000-8000-00000000000b"
SAMI = "Kárášjohka čđŋšŧž ČĐŊŠŦŽ æøå ÆØÅ äöï"
PROGRAMME = "Fremtidens kulturskole"


def municipalities() -> Iterator[Buyer]:
    """All that have an organisation number, by their official names, some of which are Sámi."""
    with MUNICIPALITIES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["org_number"]:
                yield Buyer(
                    organisation_number=row["org_number"],
                    name=f"{row['official_name']} kommune",
                    street=f"{SAMI} 1",
                    postal_code="9730",
                    city=row["name"],
                    language_form=row["language_form"],
                )


def as_county_branch(it: Buyer) -> Buyer:
    """A branch of the council, which has an organisation number of its own (A4)."""
    return replace(it, name=f"Norsk kulturskoleråd {it.city}")


def invoice(buyer: Buyer = TRONDHEIM, *, released: bool = False, number: int = 35) -> Content:
    return issue_invoices.content_of(_invoice(number), _claim(released=released), buyer, SELLER, PROGRAMME)


def credit_note(
    buyer: Buyer = TRONDHEIM, *, released: bool = False, reason: CreditReason = "completion_revoked"
) -> Content:
    said = invoice(buyer, released=released)
    note = CreditNote(
        **{name: getattr(_invoice(35), name) for name in ("agreement", "party", "instalment", "attempt", "amount_ore")},
        programme="p",
        number=1,
        document_number="FK2-1",
        invoice=said.number,
        session=None,
        release=None,
        reason=reason,
        because=None,
        issued_on=date(2025, 12, 24),
    )
    return issue_credit_notes.content_of(note, said)


def old() -> list[Content]:
    """As the first two versions stored them."""
    return [CONTENT.validate_json(FIRST_FORM), CONTENT.validate_json(SECOND_FORM)]


def _claim(*, released: bool) -> Claim:
    held = release(1) if released else session(1, title="Fellessamling 1")
    return difference(AGREEMENT, occasions(held), []).issue[0]


def _invoice(number: int) -> Invoice:
    return Invoice(
        programme="p",
        number=number,
        document_number=f"FK1-{number}",
        agreement=AN_AGREEMENT,
        party=TRONDHEIM.organisation_number,
        instalment=1,
        attempt=1,
        session="s1",
        release=None,
        amount_ore=666_667,
        issued_on=date(2025, 12, 1),
        due_on=date(2025, 12, 31),
        kid="00010000354",
    )
