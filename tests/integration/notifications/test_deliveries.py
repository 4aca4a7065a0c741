"""A mail about a document waits until billing says how it goes."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts import billing
from shared.database import Database
from tests.integration.notifications.world import FakeAsk, queued, take, work
from tests.support.events import PROGRAMME, credit_note, delivery, invoice, party, programme

NOTE: dict[str, Any] = {"kind": "credit_note", "series": f"{PROGRAMME}/credit-notes"}


async def test_no_mail_is_written_of_a_document_before_it_is_told_how_it_goes(database: Database, ask: FakeAsk) -> None:
    await take(
        database, programme(), party(1), invoice(1, delivery_is_told=True), credit_note(1, delivery_is_told=True)
    )
    await work(database, ask)
    assert await queued(database) == []
    of_before = invoice(1, number=2)
    await take(database, of_before)  # by a billing that does not tell of deliveries yet
    await work(database, ask)
    assert {it.event_id for it in await queued(database)} == {of_before.id}


async def test_a_document_that_goes_by_mail_is_one_and_names_the_event_that_said_so(
    database: Database, ask: FakeAsk
) -> None:
    told = delivery(billing.DOCUMENT_HANDED_TO_MAIL, 1), delivery(billing.DOCUMENT_HANDED_TO_MAIL, 1, **NOTE)
    await take(database, programme(), party(1), *told)
    await work(database, ask)
    found = {(it.kind, it.event_id) for it in await queued(database)}
    assert found == {("invoice", told[0].id), ("credit_note", told[1].id)}


@pytest.mark.parametrize(("form", "text"), [("bokmål", "nb"), ("nynorsk", "nn")])
async def test_beside_what_is_delivered_as_ehf_a_copy_is_sent(
    database: Database, ask: FakeAsk, form: str, text: str
) -> None:
    told = delivery(billing.DOCUMENT_DELIVERED, 1), delivery(billing.DOCUMENT_DELIVERED, 1, **NOTE)
    await take(database, programme(), party(1, language_form=form), *told)
    await work(database, ask)
    found = await queued(database)
    assert {it.kind for it in found} == {"invoice_copy", "credit_note_copy"}
    assert {it.language for it in found} == {text}


async def test_what_is_delivered_by_mail_or_not_at_all_has_no_copy(database: Database, ask: FakeAsk) -> None:
    by_mail = delivery(billing.DOCUMENT_DELIVERED, 1, channel="mail")
    await take(database, programme(), party(1), by_mail, delivery(billing.DOCUMENT_DELIVERY_FAILED, 1, code="x"))
    await work(database, ask)
    assert await queued(database) == []
