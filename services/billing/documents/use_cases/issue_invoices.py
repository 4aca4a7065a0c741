"""Issue invoices: number them, fix what they say, and tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import chains, telling
from services.billing.documents import repository as documents
from services.billing.documents.domain import wording
from services.billing.documents.domain.agreement import Buyer, Programme
from services.billing.documents.domain.content import VERSION, BilledParty, Content, endpoint
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.documents.domain.kid import kid
from services.billing.documents.domain.series import document_number
from services.billing.works import make_files
from shared import clock
from shared.contracts import billing as events
from shared.messaging import outbox
from shared.messaging.facts import record
from shared.money import INSTALMENTS


@dataclass(frozen=True, kw_only=True)
class Seller:
    """The council, as its invoices name it, and how it numbers them."""

    party: BilledParty
    account: str
    in_foretaksregisteret: bool = False
    no_vat_because: str | None  # none: the sentence in wording.py
    document_prefix: str = "FK"  # begins the number of each document
    kid_prefix: str = ""  # up to four digits


async def issue_invoices(
    connection: AsyncConnection, programme: Programme, claims: Sequence[tuple[Claim, Buyer]], seller: Seller
) -> None:
    """Issue an invoice for each claim; in the caller's transaction, under the programme's lock.

    Today is the day in Norway by the clock. Raises ValueError when a series has outgrown its KID (kid.py).
    """
    if not claims:
        return
    now = await clock.now(connection)
    today = clock.day_of(now)
    due_on = today + timedelta(days=programme.days_to_pay)
    taken = await documents.take_numbers(connection, programme.code, "invoice", len(claims))
    invoices = [
        Invoice(
            programme=programme.code,
            number=number,
            document_number=document_number(seller.document_prefix, taken.series_ordinal, number),
            agreement=claim.agreement.id,
            party=claim.agreement.party,
            instalment=claim.instalment,
            attempt=claim.attempt,
            session=claim.delivery.id if claim.delivery.kind == "session" else None,
            release=claim.delivery.id if claim.delivery.kind == "release" else None,
            amount_ore=claim.amount_ore,
            issued_on=today,
            due_on=due_on,
            delivered_from=claim.delivery.first_day,
            delivered_to=claim.delivery.last_day,
            kid=kid(taken.series_ordinal, number, prefix=seller.kid_prefix),
        )
        for number, (claim, _) in zip(taken.numbers, claims, strict=True)
    ]
    contents = [
        content_of(invoice, claim, buyer, seller, programme.name)
        for invoice, (claim, buyer) in zip(invoices, claims, strict=True)
    ]
    links = await chains.extend(connection, "invoice", invoices, contents)
    await documents.add_invoices(connection, invoices, contents)
    told = [telling.invoice(*it) for it in zip(invoices, contents, links, strict=True)]
    added = await outbox.add(connection, events.INVOICE_ISSUED, told, at=now)
    await documents.add_deliveries(connection, "invoice", invoices, [it.id for it in added])
    await record(connection, make_files(programme.code))


def content_of(invoice: Invoice, claim: Claim, buyer: Buyer, seller: Seller, programme_name: str) -> Content:
    """All that an invoice must say (bokføringsforskriften § 5-1-1)."""
    delivery = claim.delivery
    return Content(
        version=VERSION,
        kind="invoice",
        number=invoice.number,
        document_number=invoice.document_number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        seller=seller.party,
        buyer=BilledParty(
            name=buyer.name,
            organisation_number=buyer.organisation_number,
            street=buyer.street,
            postal_code=buyer.postal_code,
            city=buyer.city,
            endpoint=buyer.endpoint or endpoint(buyer.organisation_number),
        ),
        payer_reference=claim.agreement.payer_reference,
        order_reference=claim.agreement.order_reference,
        accounting_cost=claim.agreement.accounting_cost,
        programme_name=programme_name,
        instalment=claim.instalment,
        delivered=delivered(claim, buyer, programme_name),
        delivered_from=delivery.first_day,
        delivered_to=delivery.last_day,
        delivered_where=delivery.place,
        delivered_venue=delivery.venue,
        delivered_city=delivery.city,
        amount_ore=claim.amount_ore,
        no_vat_because=seller.no_vat_because or wording.not_registered_for_vat(buyer.language_form),
        in_foretaksregisteret=seller.in_foretaksregisteret,
        account=seller.account,
        kid=invoice.kid,
    )


def delivered(claim: Claim, buyer: Buyer, programme_name: str) -> str:
    """What was delivered, in the buyer's language form: `Deltakeravgift …, rate 1 av 3: Fellessamling 1`."""
    text = f"{wording.fee(buyer.language_form)} {programme_name}, rate {claim.instalment} av {INSTALMENTS}"
    return f"{text}: {claim.delivery.title}" if claim.delivery.title else text
