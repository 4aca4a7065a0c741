"""An agreement that another party has taken over: what was invoiced stays, what comes is the successor's, the fee counts once."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from services.billing.documents.use_cases.credit_invoice import credit_invoice
from services.billing.documents.use_cases.show_document import show_document
from shared.contracts.envelope import Event
from shared.contracts.questions import WhatDocument
from shared.database import Database
from tests.integration.billing.world import (
    AMOUNTS,
    check_everything_was_told_once,
    credit_notes,
    invoices,
    standing,
    take,
    work,
)
from tests.support.databases import set_clock
from tests.support.events import (
    PROGRAMME,
    completed,
    completion_revoked,
    organisation_number,
    party,
    programme,
    signed,
    succeeded,
)

ONE, TWO = organisation_number(1), organisation_number(2)


@pytest.fixture
async def billing(database: Database) -> Database:
    await set_clock(database, datetime(2024, 10, 1, 12, tzinfo=UTC))
    await take(database, programme(), party(1), party(2), signed(1), completed(1))
    await work(database)
    await take(database, succeeded(1, by=2))
    await work(database)
    return database


async def buyer(database: Database, number: int) -> str:
    which = WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=number)
    return (await show_document(database, which)).buyer.organisation_number


async def test_what_was_invoiced_stays_and_what_comes_goes_to_the_successor(billing: Database) -> None:
    assert await standing(billing) == {(ONE, 1): AMOUNTS[1]}
    await take(billing, completed(2), completed(3))
    await work(billing)
    assert await standing(billing) == {(ONE, 1): AMOUNTS[1], (TWO, 2): AMOUNTS[2], (TWO, 3): AMOUNTS[3]}
    assert [await buyer(billing, number) for number in (1, 2, 3)] == [ONE, TWO, TWO]
    assert sum(it.amount_ore for it in await invoices(billing)) == 2_000_000, "the fee counts once"
    await check_everything_was_told_once(billing)


async def test_what_is_credited_is_credited_to_whom_it_was_invoiced_and_issued_anew_to_the_successor(
    billing: Database,
) -> None:
    await take(billing, completion_revoked(1))
    await work(billing)
    assert [it.party for it in await credit_notes(billing)] == [ONE]
    await take(billing, completed(1, version=4))
    await work(billing)
    assert await standing(billing) == {(TWO, 1): AMOUNTS[1]}
    await credit_invoice(billing, PROGRAMME, 2, reason="wrong_reference", document_prefix="FK", by="kari")
    await work(billing)
    assert await standing(billing) == {(TWO, 1): AMOUNTS[1]}
    await check_everything_was_told_once(billing)


@pytest.mark.parametrize("seed", range(6))
async def test_whenever_it_is_taken_over_the_fee_counts_once(database: Database, seed: int) -> None:
    random = Random(seed)
    told: list[Event[Any]] = [
        programme(),
        party(1),
        party(2),
        signed(1),
        succeeded(1, by=2),
        *(completed(n) for n in (1, 2, 3)),
    ]
    random.shuffle(told)
    for event in told:
        await take(database, event)
        if random.random() < 0.5:
            await work(database)
    await work(database)
    found = await standing(database)
    assert sorted(n for _, n in found) == [1, 2, 3]
    assert sum(found.values()) == 2_000_000
    assert {of for of, _ in found} <= {ONE, TWO}
    await check_everything_was_told_once(database)
