"""Invoices and credit notes as others hear of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import overload

from services.billing.documents.domain.content import BilledParty, Content
from services.billing.documents.domain.credit_note import CreditNote
from services.billing.documents.domain.invoice import Invoice
from services.billing.documents.domain.series import series_id
from shared.contracts import billing as events


def invoice(it: Invoice, said: Content | None, link: str) -> events.Invoice:
    """An invoice as an event's entity, which ignores the field that its contract does not have, `credited_by`."""
    series = series_id(it.programme, "invoice")
    return events.Invoice(version=1, series=series, link=link, content=content(said), delivery_is_told=True, **vars(it))


def credit_note(it: CreditNote, said: Content | None, link: str) -> events.CreditNote:
    series = series_id(it.programme, "credit_note")
    told = content(said)
    return events.CreditNote(version=1, series=series, link=link, content=told, delivery_is_told=True, **vars(it))


@overload
def content(it: Content) -> events.Content: ...


@overload
def content(it: Content | None) -> events.Content | None: ...


def content(it: Content | None) -> events.Content | None:
    if it is None:
        return None
    return events.Content.model_validate(vars(it) | {"seller": _seller(it.seller), "buyer": vars(it.buyer)})


def as_told(it: Content) -> Content:
    """A content as events tell it: one that was stored before texts were looked at may hide something in one."""
    told = vars(content(it))
    parties = {name: BilledParty(**vars(told[name])) for name in ("seller", "buyer")}
    return replace(it, **told | parties)


@lru_cache(maxsize=8)
def _seller(it: BilledParty) -> events.BilledParty:
    """The same on thousands of documents."""
    return events.BilledParty(**vars(it))
