"""An invoice is credited by hand, and what is still due is issued anew."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest

from services.billing import tables
from services.billing.documents.domain.credit_note import ByHand, CreditNote
from services.billing.documents.repository import missing
from services.billing.documents.use_cases.credit_invoice import credit_invoice
from services.billing.documents.use_cases.show_document import show_document
from shared.contracts import billing as events
from shared.contracts.questions import DocumentContent, WhatDocument
from shared.database import Database
from shared.errors import Conflict, NotFound
from tests.integration.billing.world import (
    AMOUNTS,
    check_everything_was_told_once,
    credit_notes,
    invoices,
    standing,
    take,
    work,
)
from tests.support.databases import count, set_clock
from tests.support.events import PROGRAMME, completed, ended, organisation_number, party, programme, signed
from tests.support.facts import events_of

ONE = organisation_number(1)


@pytest.fixture
async def billing(database: Database) -> Database:
    """One who signed, and the first instalment invoiced."""
    await set_clock(database, datetime(2024, 10, 1, 12, tzinfo=UTC))
    await take(database, programme(), party(1), signed(1, payer_reference="KS-1"), completed(1))
    await work(database)
    return database


async def credited(
    database: Database, number: int = 1, *, reason: ByHand = "wrong_reference", by: str = "kari"
) -> CreditNote:
    return await credit_invoice(database, PROGRAMME, number, reason=reason, document_prefix="FK", by=by)


async def content(database: Database, number: int) -> DocumentContent:
    return await show_document(database, WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=number))


async def test_what_is_still_due_is_issued_anew_with_the_facts_of_that_day(billing: Database) -> None:
    await set_clock(billing, datetime(2024, 10, 20, 12, tzinfo=UTC))
    await take(billing, signed(1, version=3, payer_reference="KS-2"), party(1, version=2, name="Nye kommune"))
    note = await credited(billing)
    await work(billing)
    assert (note.invoice, note.document_number, note.reason) == (1, "FK2-1", "wrong_reference")
    first, second = await invoices(billing)
    assert (first.credited_by, second.credited_by) == (1, None)
    assert (second.attempt, second.issued_on, second.amount_ore) == (2, date(2024, 10, 20), AMOUNTS[1])
    was, now = await content(billing, 1), await content(billing, 2)
    assert (was.payer_reference, now.payer_reference, now.buyer.name) == ("KS-1", "KS-2", "Nye kommune")
    assert await standing(billing) == {(ONE, 1): AMOUNTS[1]}
    await check_everything_was_told_once(billing)


async def test_what_is_no_longer_due_is_not_issued_anew(billing: Database) -> None:
    await take(billing, ended(1, ends_on=date(2024, 9, 1)))
    await credited(billing)
    await work(billing)
    assert await standing(billing) == {}
    assert len(await credit_notes(billing)) == 1


async def test_it_is_told_why_and_kept_who_asked_and_no_event_is_named(billing: Database) -> None:
    note = await credited(billing, reason="wrong_buyer", by="kari")
    assert (note.because, note.decided_by) == (None, "kari")
    (kept,) = await credit_notes(billing)
    assert vars(note).items() <= vars(kept).items()
    (told,) = [it.data for it in await events_of(billing) if it.type == events.CREDIT_NOTE_ISSUED.type]
    assert (told.reason, told.because, told.invoice) == ("wrong_buyer", None, 1)
    assert "kari" not in told.model_dump_json()
    async with billing.reading() as connection:
        assert await missing(connection) == []


async def test_asked_for_twice_it_is_credited_once(billing: Database) -> None:
    first = await credited(billing)
    await work(billing)
    assert await credited(billing, by="ola") == first
    with pytest.raises(Conflict, match=r"B5.*wrong_reference"):
        await credited(billing, reason="mistake")
    await work(billing)
    assert len(await invoices(billing)) == 2


async def test_what_a_rule_has_credited_is_not_credited_by_hand(billing: Database) -> None:
    await take(billing, ended(1, ends_on=date(2024, 9, 1)))
    await work(billing)
    with pytest.raises(Conflict, match=r"B5.*agreement_ended"):
        await credited(billing)


async def test_many_at_the_same_moment_and_the_worker_credit_once_and_issue_once(billing: Database) -> None:
    notes = await asyncio.gather(*(credited(billing) for _ in range(4)), work(billing))
    assert len({it.number for it in notes if it is not None}) == 1
    await work(billing)
    assert [it.number for it in await invoices(billing)] == [1, 2]
    assert await standing(billing) == {(ONE, 1): AMOUNTS[1]}


async def test_an_invoice_that_is_not_there_is_not_found(billing: Database) -> None:
    with pytest.raises(NotFound):
        await credited(billing, number=9)
    assert await count(billing, tables.credit_note) == 0
