"""A payer's reference that changes at any moment stands on exactly the invoices that are issued after it (R6)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from services.billing.documents.use_cases.show_document import show_document
from shared.contracts.billing import Document, Invoice
from shared.contracts.envelope import Event
from shared.contracts.questions import WhatDocument
from shared.contracts.registration import Agreement
from shared.database import Database
from tests.integration.billing.world import check_everything_was_told_once, invoices, take, work
from tests.support.events import DAYS as DAYS_OF_SESSIONS
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    amended,
    completed,
    completion_revoked,
    end_taken_back,
    ended,
    party,
    programme,
    signed,
)
from tests.support.facts import events_of

AGREEMENTS = range(1, 21)


def history(random: Random) -> list[Event[Any]]:
    """What happened to twenty agreements and the three sessions, in an order in which nobody would tell it."""
    told: list[Event[Any]] = []
    for n in AGREEMENTS:
        told += [party(n), signed(n, payer_reference=f"{n}-2")]
        version = 3
        for _ in range(random.randint(0, 3)):
            told.append(amended(n, version, payer_reference=f"{n}-{version}"))
            version += 1
        if random.random() < 0.3:
            reference = {"payer_reference": f"{n}-{version - 1}"}
            told.append(ended(n, DAYS_OF_SESSIONS[2], version, **reference))
            told.append(end_taken_back(n, version + 1, **reference))
    for n in DAYS_OF_SESSIONS:
        told += [completed(n), completion_revoked(n), completed(n, version=4)]
    random.shuffle(told)
    return told


@pytest.mark.parametrize("seed", range(6))
async def test_a_reference_stands_on_exactly_the_invoices_issued_after_it(database: Database, seed: int) -> None:
    random = Random(seed)
    await take(database, programme())
    newest: dict[str, tuple[int, str]] = {}  # by agreement: version, and the reference that it says
    carried: dict[int, str] = {}  # by invoice: the reference that was to stand on it
    for event in history(random):
        await take(database, event)
        if isinstance(event.data, Agreement):
            newest[event.data.id] = max(
                newest.get(event.data.id, (0, "")), (event.data.version, event.data.payer_reference)
            )
        if random.random() < 0.5:
            await work(database)
            carried |= {
                it.number: newest[it.agreement][1] for it in await invoices(database) if it.number not in carried
            }
    await work(database)
    issued = await invoices(database)
    carried |= {it.number: newest[it.agreement][1] for it in issued if it.number not in carried}
    said = {it.number: (await content(database, it.number)) for it in issued}
    assert said == carried
    assert {it.agreement for it in issued} == {agreement_id(n) for n in AGREEMENTS}
    assert len({of.partition("-")[2] for of in carried.values()}) > 1, "no reference changed between two invoices"
    await check_everything_was_told_once(database)


async def test_what_else_the_payer_asks_for_stands_on_the_invoice_and_on_its_credit_note(database: Database) -> None:
    await take(database, programme(), party(1, invoice_endpoint="0192:974652277"), party(2), signed(2), completed(1))
    await take(database, signed(1, order_reference="PO 4500012345", accounting_cost="2130/383"))
    await work(database)
    await take(database, completion_revoked(1))
    await work(database)
    told = [it.data for it in await events_of(database) if isinstance(it.data, Document)]
    assert len(told) == 4
    for it in told:
        assert it.content is not None
        asked = [it.content.order_reference, it.content.accounting_cost, it.content.buyer.endpoint]
        if it.agreement == agreement_id(1):
            assert asked == ["PO 4500012345", "2130/383", "0192:974652277"]
        else:
            assert asked == [None, None, f"0192:{it.party}"]
        assert it.content.seller.endpoint == f"0192:{it.content.seller.organisation_number}"
        kind: Any = "invoice" if isinstance(it, Invoice) else "credit_note"
        shown = await show_document(database, WhatDocument(kind=kind, series=it.series, number=it.number))
        assert [shown.order_reference, shown.accounting_cost, shown.buyer.endpoint] == asked


async def content(database: Database, number: int) -> str:
    which = WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=number)
    return (await show_document(database, which)).payer_reference
