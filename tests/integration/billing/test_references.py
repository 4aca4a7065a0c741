"""A payer's reference that changes at any moment stands on exactly the invoices that are issued after it (R6)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from services.billing.documents.use_cases.show_document import show_document
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


async def content(database: Database, number: int) -> str:
    which = WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=number)
    return (await show_document(database, which)).payer_reference
