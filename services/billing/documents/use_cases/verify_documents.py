"""Verify that what was issued in a programme stands as it was issued."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import chains
from services.billing.documents import repository as documents
from services.billing.documents.domain.series import Kind
from services.billing.documents.domain.verification import Verification
from shared.contracts import billing as events
from shared.contracts.envelope import EventType
from shared.database import Database
from shared.messaging import outbox

ISSUED: dict[Kind, EventType[events.Invoice] | EventType[events.CreditNote]] = {
    "invoice": events.INVOICE_ISSUED,
    "credit_note": events.CREDIT_NOTE_ISSUED,
}


async def verify_documents(database: Database, programme: str) -> list[Verification]:
    """Both series of a programme, each computed anew from its first document, a slice at a time.

    Whoever may change the database can change every link with it. Events are therefore compared too; what they told stands in the
    streams, and with who noted it.
    """
    found = []
    async with database.reading() as connection:
        for kind in documents.TABLES:
            removed = await chains.without_document(connection, programme, kind)
            it = Verification(programme=programme, kind=kind, removed=removed)
            await _walk(connection, it)
            highest = await _compare_with_events(connection, it)
            it.end(counted=await documents.counted(connection, programme, kind), told=highest)
            found.append(it)
    return found


async def _walk(connection: AsyncConnection, it: Verification) -> None:
    while some := await chains.issued(connection, it.programme, it.kind, after=it.last or 0):
        for document in some:
            it.take(document)
        if it.kind == "credit_note":
            numbers = {document.row["invoice"] for document in some}
            invoices = await documents.billed(connection, it.programme, numbers)
            for document in some:
                it.pair(document.row, invoices.get(document.row["invoice"]))
    if it.kind == "credit_note":
        for invoice in await documents.credited_twice(connection, it.programme):
            it.find("credited_twice", invoice)


async def _compare_with_events(connection: AsyncConnection, it: Verification) -> int:
    """Returns the highest number that was told."""
    highest, position = 0, 0
    while told := await outbox.told(connection, ISSUED[it.kind], it.programme, after=position, limit=chains.SLICE):
        position = told[-1].position
        links = {event.data["number"]: event.data.get("link") for event in told}
        highest = max(highest, *links)
        stand = await chains.links(connection, it.programme, it.kind, list(links))
        for number, link in links.items():
            if link is not None:
                it.compare(number, link, stand.get(number))
    return highest
