"""Issue what is due and credit what no longer is, for one programme.

Driven by marks (DESIGN.md): they are read before any fact and removed after the last slice, so that a fact
committed meanwhile is never overlooked. Each slice reads the facts anew. Running it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import content
from services.billing.content import Seller
from services.billing.domain.instalments import Agreement, Buyer, Claim, Credit, CreditNote, Invoice, difference
from services.billing.domain.kid import kid
from services.billing.domain.series import series_id
from services.billing.repository import agreements, documents, marks, occasions
from services.billing.repository.agreements import Programme
from services.billing.repository.marks import Marks
from shared import clock
from shared.database import Database
from shared.events import billing as events
from shared.messaging import outbox, points
from shared.questions import DocumentContent

log = structlog.get_logger()

SLICE = 500  # agreements a transaction: bounds memory, and how long the counters stay locked


async def issue_what_is_due(database: Database, programme: str, seller: Seller) -> None:
    """Work off the programme's marks; does nothing where another replica is already doing it."""
    seen = await marks_to_work_off(database, programme)
    if not seen.ids:
        return
    await open_series(database, programme)
    after = ""
    while True:
        async with database.transaction() as connection:
            await marks.lock_programme(connection, programme, wait=True)
            marked = await agreements.marked(connection, programme, seen, after=after, limit=SLICE)
            await bring_up_to_date(connection, programme, marked, seller)
            is_last = len(marked) < SLICE
            if is_last:
                await marks.remove(connection, seen)
        points.reached("work.slice_committed")
        if is_last:
            return
        after = marked[-1].id


async def marks_to_work_off(database: Database, programme: str) -> Marks:
    """The marks that can be seen now; none where someone else is at work.

    Not a `transaction`: its commit would have the worker run again, and again while the other one is at work.
    """
    async with database.reading() as connection:
        if not await marks.lock_programme(connection, programme, wait=False):
            return Marks(ids=[], on_all=False)
        return await marks.of_programme(connection, programme)


async def open_series(database: Database, programme: str) -> None:
    """Make the programme's number series, once.

    In a transaction of its own: an insert that meets another's waits for it, and must not hold a lock meanwhile.
    """
    async with database.reading() as connection:
        if await documents.has_series(connection, programme):
            return
    async with database.transaction() as connection:
        await documents.add_series(connection, programme)


async def bring_up_to_date(
    connection: AsyncConnection, code: str, looked_at: Sequence[Agreement], seller: Seller
) -> None:
    programme = await agreements.programme(connection, code)
    known = await occasions.of_programme(connection, code)
    issued = await documents.of_agreements(connection, [agreement.id for agreement in looked_at])
    gaps = []
    for agreement in looked_at:
        try:
            gaps.append(difference(agreement, known, issued.get(agreement.id, [])))
        except Exception:
            # Seen in /billing/unbilled; one agreement's fault must not hold up the others.
            log.exception("an agreement is set aside", why="the rule raised", agreement=agreement.id)
    claims = [claim for gap in gaps for claim in gap.issue]
    credits = [credit for gap in gaps for credit in gap.credit]
    if programme is None:
        _set_aside(claims, "their programme is not known yet")
    else:
        _set_aside([claim for claim in claims if claim.agreement.buyer is None], "their party is not known yet")
        ready = [(claim, claim.agreement.buyer) for claim in claims if claim.agreement.buyer is not None]
        await issue(connection, programme, ready, seller)
    await issue_credit_notes(connection, code, credits)


def _set_aside(claims: Sequence[Claim], why: str) -> None:
    """The fact that is missing will mark them again."""
    if claims:
        log.warning("agreements are set aside", why=why, agreements=sorted({claim.agreement.id for claim in claims}))


async def issue(
    connection: AsyncConnection, programme: Programme, claims: Sequence[tuple[Claim, Buyer]], seller: Seller
) -> None:
    if not claims:
        return
    now, today = await clock.now(connection), await clock.today(connection)
    series = await documents.take_numbers(connection, programme.code, "invoice", len(claims))
    invoices = [
        Invoice(
            programme=programme.code,
            number=number,
            agreement=claim.agreement.id,
            party=claim.agreement.party,
            instalment=claim.instalment,
            attempt=claim.attempt,
            session=claim.delivery.id if claim.delivery.kind == "session" else None,
            release=claim.delivery.id if claim.delivery.kind == "release" else None,
            amount_ore=claim.amount_ore,
            issued_on=today,
            due_on=today + timedelta(days=programme.days_to_pay),
            kid=kid(series.ordinal, number),
        )
        for number, (claim, _) in zip(series.numbers, claims, strict=True)
    ]
    contents = [
        content.of_invoice(invoice, claim, buyer, seller, programme.name).model_dump_json()
        for invoice, (claim, buyer) in zip(invoices, claims, strict=True)
    ]
    await documents.add_invoices(connection, invoices, contents)
    # The event leaves out what its contract does not name.
    told = [events.Invoice(version=1, series=series_id(it.programme, "invoice"), **vars(it)) for it in invoices]
    await outbox.add(connection, events.INVOICE_ISSUED, told, at=now)


async def issue_credit_notes(connection: AsyncConnection, programme: str, credits: Sequence[Credit]) -> None:
    if not credits:
        return
    now, today = await clock.now(connection), await clock.today(connection)
    series = await documents.take_numbers(connection, programme, "credit_note", len(credits))
    notes = [
        CreditNote(
            programme=programme,
            number=number,
            invoice=it.invoice.number,
            agreement=it.invoice.agreement,
            party=it.invoice.party,
            instalment=it.invoice.instalment,
            attempt=it.invoice.attempt,
            session=it.invoice.session,
            release=it.invoice.release,
            reason=it.reason,
            because=it.because,
            amount_ore=it.invoice.amount_ore,
            issued_on=today,
        )
        for number, it in zip(series.numbers, credits, strict=True)
    ]
    invoiced = await documents.contents(connection, [it.invoice for it in credits])
    contents = [
        content.of_credit_note(note, DocumentContent.model_validate_json(invoiced[note.invoice])).model_dump_json()
        for note in notes
    ]
    await documents.add_credit_notes(connection, notes, contents)
    told = [events.CreditNote(version=1, series=series_id(programme, "credit_note"), **vars(it)) for it in notes]
    await outbox.add(connection, events.CREDIT_NOTE_ISSUED, told, at=now)
