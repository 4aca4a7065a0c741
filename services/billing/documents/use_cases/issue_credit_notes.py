"""Issue credit notes: an invoice that is wrong is taken back in full and never changed (§ 5-2-8, GBS 1).

Why it is wrong was decided before: by `instalments/domain/difference.py`, or by hand (`credit_invoice.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import chains, telling
from services.billing.documents import repository as documents
from services.billing.documents.domain.content import VERSION, Content
from services.billing.documents.domain.credit_note import Credit, CreditNote
from services.billing.documents.domain.series import document_number
from services.billing.works import make_files
from shared import clock
from shared.contracts import billing as events
from shared.messaging import outbox
from shared.messaging.facts import record


async def issue_credit_notes(
    connection: AsyncConnection, programme: str, credits: Sequence[Credit], *, document_prefix: str
) -> list[CreditNote]:
    """Issue a credit note for each credit; in the caller's transaction, under the programme's lock."""
    if not credits:
        return []
    now = await clock.now(connection)
    today = clock.day_of(now)
    taken = await documents.take_numbers(connection, programme, "credit_note", len(credits))
    notes = [
        CreditNote(
            programme=programme,
            number=number,
            document_number=document_number(document_prefix, taken.series_ordinal, number),
            invoice=it.invoice.number,
            agreement=it.invoice.agreement,
            party=it.invoice.party,
            instalment=it.invoice.instalment,
            attempt=it.invoice.attempt,
            session=it.invoice.session,
            release=it.invoice.release,
            reason=it.reason,
            because=it.because,
            decided_by=it.decided_by,
            amount_ore=it.invoice.amount_ore,
            issued_on=today,
        )
        for number, it in zip(taken.numbers, credits, strict=True)
    ]
    invoiced = await documents.contents(connection, [it.invoice for it in credits])
    # As it is told, since its link covers what is told.
    contents = [content_of(note, telling.as_told(said)) if (said := invoiced[note.invoice]) else None for note in notes]
    links = await chains.extend(connection, "credit_note", notes, contents)
    await documents.add_credit_notes(connection, notes, contents)
    told = [telling.credit_note(*it) for it in zip(notes, contents, links, strict=True)]
    added = await outbox.add(connection, events.CREDIT_NOTE_ISSUED, told, at=now)
    await documents.add_deliveries(connection, "credit_note", notes, [it.id for it in added])
    await record(connection, make_files(programme))
    return notes


def content_of(note: CreditNote, invoice: Content) -> Content:
    """What a credit note says: all that its invoice said. There is nothing to pay, and so no KID or due date.

    The account stays: receivers of EHF ask for it.
    """
    return replace(
        invoice,
        version=VERSION,
        kind="credit_note",
        number=note.number,
        document_number=note.document_number,
        issued_on=note.issued_on,
        due_on=None,
        kid=None,
        credits_invoice=note.invoice,
        credits_document_number=invoice.document_number or str(invoice.number),
        credits_issued_on=invoice.issued_on,
        reason=note.reason,
    )
