"""Invoices and credit notes taken back from their own events: the inverse of `telling.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.documents import chains
from services.billing.documents import repository as documents
from services.billing.documents.domain.content import VERSION, BilledParty, Content
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.recovered import (
    check_follows,
    check_ordinal,
    check_pair,
    check_series,
    ordinal_told,
)
from services.billing.documents.domain.series import Kind, part_of
from services.billing.works import make_files_again
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.messaging.facts import record
from shared.messaging.recover import Adoptions

DAYS = ("delivered_from", "delivered_to")  # which an invoice's event tells in its content


async def invoice(connection: AsyncConnection, event: Event[events.Invoice]) -> None:
    """Raises RuleBroken where its number does not follow on, its KID is not its series', or its link does not fit."""
    it = event.data
    content = _content(it, kind="invoice", due_on=it.due_on, kid=it.kid)
    days = {name: getattr(content, name) for name in DAYS} if content else {}
    found = Invoice(**_told(it, Invoice, without=("credited_by", *DAYS)), **days)
    await _take_number(connection, it, "invoice", found.kid)
    await chains.adopt(connection, "invoice", found, content, it.link)
    await documents.add_invoices(connection, [found], [content])
    if it.delivery_is_told:
        await documents.add_deliveries(connection, "invoice", [found], [event.id], tries=1)
    await record(connection, make_files_again(it.programme, part_of("invoice", it.number)))


async def credit_note(connection: AsyncConnection, event: Event[events.CreditNote]) -> None:
    """Raises RuleBroken where its number does not follow on, its link does not fit, or it takes back no invoice that stands."""
    it = event.data
    found = CreditNote(**_told(it, CreditNote, without=("decided_by",)))
    check_pair(found, await documents.find_invoice(connection, it.programme, it.invoice))
    await _take_number(connection, it, "credit_note", None)
    content = _content(it, kind="credit_note", credits_invoice=it.invoice, reason=it.reason)
    await chains.adopt(connection, "credit_note", found, content, it.link)
    await documents.add_credit_notes(connection, [found], [content])
    if it.delivery_is_told:
        await documents.add_deliveries(connection, "credit_note", [found], [event.id], tries=1)
    await record(connection, make_files_again(it.programme, part_of("credit_note", it.number)))


async def _take_number(connection: AsyncConnection, it: events.Document, kind: Kind, kid: str | None) -> None:
    check_series(it.series, it.programme, kind)
    told = ordinal_told(it.number, it.document_number, kid)
    if told is not None:
        await documents.restore_series(connection, it.programme, kind, told)
    elif it.series in await documents.missing_series(connection, it.programme):
        # Which ordinal it had is not known, and any might be another's. A later document names it, or it gets a new one.
        check_follows(it.number, await documents.last_number(connection, it.programme, kind) + 1)
        return
    taken = await documents.take_numbers(connection, it.programme, kind, 1)
    check_ordinal(taken.series_ordinal, told)
    check_follows(it.number, taken.numbers[0])


def _told(it: events.Document, kind: type[Any], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: getattr(it, name) for name in kind.__dataclass_fields__ if name not in without}


def _content(it: events.Document, **of_kind: Any) -> Content | None:
    """As it was issued; None where it was told before events carried it."""
    if it.content is None:
        return None
    said = vars(it.content)
    parties = {name: BilledParty(**vars(said[name])) for name in ("seller", "buyer")}
    own = {name: getattr(it, name) for name in ("number", "document_number", "issued_on", "instalment", "amount_ore")}
    nothing = {"due_on": None, "kid": None}
    return Content(**nothing | said | parties | own | of_kind, version=VERSION)


ADOPTIONS: Adoptions = {events.INVOICE_ISSUED: invoice, events.CREDIT_NOTE_ISSUED: credit_note}
