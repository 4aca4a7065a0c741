"""Billing's database is put back from an older moment, and recovered from the streams: no number is given twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.billing.documents.use_cases.credit_invoice import credit_invoice
from shared.contracts import billing as events
from shared.contracts import notifications
from shared.database import Database
from shared.ids import new_id
from tests.integration.billing.world import (
    as_told_by_0_2,
    check_everything_was_told_once,
    credit_notes,
    invoices,
    standing,
    the_books,
)
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    completed,
    completion_revoked,
    organisation_number,
    party,
    programme,
    sent,
    session_id,
    signed,
)
from tests.support.facts import events_of

NEXT = "neste-2025"
LATER = datetime(2025, 10, 1, 12, tzinfo=UTC)
OF_PROGRAMME = f"/billing/programmes/{PROGRAMME}"
TOLD_OF_DELIVERIES = (
    "id",
    "kind",
    "number",
    "document_number",
    "state",
    "channel",
    "version",
    "receipt",
    "why",
    "mail_event",
)
WHERE = {"venue": "Kimen", "city": "Stjørdal"}
RELEASE = {"instalment": 2, "effective_on": "2025-02-13", "reason": "session_became_digital", **WHERE}


class Lost:
    def __init__(self, database: Database, older: Database) -> None:
        self.database = database
        self.older = older


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("billing")


@pytest.fixture
async def lost(drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase) -> Lost:
    """Two are invoiced before. After it one signs late, an instalment is released, withdrawn and released again, the first
    session is revoked and completed again, one is let off an instalment and no more, an invoice is credited by hand, and
    another programme begins."""
    database = await make_database("billing")
    await set_clock(database, LATER)
    asked: dict[str, Any] = {"order_reference": "PO 4500012345", "accounting_cost": "2130/383"}
    await drill.publish(programme(), party(1), party(2), party(3, invoice_endpoint="0192:974652277"))
    await drill.publish(signed(1), signed(2, **asked), sent(3), completed(1))
    async with drill.running(database):
        pass
    older = await copy_database(database)
    await drill.publish(signed(3, **asked))
    async with drill.running(database) as api:
        release = await api.post(f"{OF_PROGRAMME}/releases", RELEASE)
    async with drill.running(database) as api:
        await api.post(f"/billing/releases/{release['id']}/withdrawal")
    await drill.publish(completion_revoked(1))
    async with drill.running(database) as api:
        await api.post(f"{OF_PROGRAMME}/releases", RELEASE | {"reason": "other"})
        waiver = await api.post(f"/billing/agreements/{agreement_id(1)}/waivers", {"instalment": 1, "reason": "other"})
        await api.post(f"/billing/agreements/{agreement_id(2)}/waivers", {"instalment": 2, "reason": "other"})
    async with drill.running(database) as api:
        await api.post(f"/billing/waivers/{waiver['id']}/withdrawal")
    other: dict[str, Any] = {"programme": NEXT, "id": "00000000-0000-7000-8000-00000000000a"}
    await drill.publish(completed(1, version=4), programme(NEXT), signed(1, **other))
    async with drill.running(database) as api:
        await api.post(f"{OF_PROGRAMME}/invoices/{len(await invoices(database))}/credit-note", {"reason": "mistake"})
    await drill.publish(completed(9, **other | {"id": session_id(9), "instalment": 1}))
    async with drill.running(database):
        pass
    assert len(await invoices(database, NEXT)) == 1
    await database.close()
    return Lost(database, older)


async def test_a_database_from_an_older_moment_gets_back_all_that_was_issued(drill: Drill, lost: Lost) -> None:
    before = told_of(await drill.rows(lost.database))
    report = await drill.recover(lost.older)
    assert report.invalid == []
    assert told_of(await drill.rows(lost.older)) == before
    assert await the_books(lost.older) == await the_books(lost.database)


async def test_what_was_told_delivered_or_goes_by_mail_is_not_delivered_again(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("billing")
    await set_clock(database, LATER)
    older = await copy_database(database)
    await drill.publish(programme(), party(1), party(2), signed(1), signed(2), completed(1))
    async with drill.running(database, hold_minutes=0):
        pass
    handed = [it for it in await events_of(database) if it.type == events.DOCUMENT_HANDED_TO_MAIL.type]
    assert len(handed) == 2
    sent = notifications.Mail(
        version=2,
        id="0000000f-0000-7000-8000-000000000001",
        kind="invoice",
        programme=PROGRAMME,
        party=handed[0].data.party,
        state="sent",
        event=handed[0].id,
    )
    await drill.publish(notifications.MAIL_SENT.event(sent, id=new_id(), time=LATER))
    async with drill.running(database, hold_minutes=0):
        pass
    before = told_of(await drill.rows(database))
    assert sorted(it["state"] for it in before["delivery"]) == ["by_mail", "delivered"]
    assert (await drill.recover(older)).invalid == []
    assert told_of(await drill.rows(older)) == before
    async with drill.running(older, hold_minutes=0):
        pass
    assert told_of(await drill.rows(older)) == before


async def test_what_is_issued_next_follows_on_and_nothing_is_issued_again(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    told = await drill.messages()
    numbers = [it.number for it in await invoices(lost.older)]
    async with drill.running(lost.older):
        pass
    assert await drill.messages() == told
    await drill.publish(completed(3))
    async with drill.running(lost.older):
        pass
    assert [it.number for it in await invoices(lost.older)] == list(range(1, len(numbers) + 4))
    assert await drill.messages() == told + 3
    assert (await standing(lost.older))[organisation_number(3), 3] == 666_666
    await check_everything_was_told_once(lost.older)


async def test_a_programme_that_begins_next_has_ordinals_of_its_own(drill: Drill, lost: Lost) -> None:
    """A series' ordinal stands in no row of the older database, but in KIDs and in what documents are called."""
    await drill.recover(lost.older)
    other: dict[str, Any] = {"programme": "tredje-2026", "id": "00000000-0000-7000-8000-00000000000b"}
    await drill.publish(programme("tredje-2026"), signed(2, **other))
    await drill.publish(completed(8, **other | {"id": session_id(8), "instalment": 1}))
    async with drill.running(lost.older):
        pass
    kids = [it.kid for code in (PROGRAMME, NEXT, "tredje-2026") for it in await invoices(lost.older, code)]
    assert len(set(kids)) == len(kids)
    assert len(await invoices(lost.older, "tredje-2026")) == 1


async def test_an_invoice_is_credited_by_hand_before_anything_else_is_looked_at(
    drill: Drill, lost: Lost, make_database: MakeDatabase
) -> None:
    """Its programme had no credit note yet, and so no event that brings back their series."""
    empty = await make_database("billing")
    await drill.recover(empty)
    note = await credit_invoice(empty, NEXT, 1, reason="mistake", document_prefix="FK", by="kari")
    assert note.number == 1
    taken = {it.document_number for code in (PROGRAMME, NEXT) for it in await credit_notes(lost.database, code)}
    assert note.document_number not in taken


async def test_an_invoice_that_leaves_a_gap_or_whose_kid_is_not_its_series_is_not_adopted(
    drill: Drill, lost: Lost
) -> None:
    told = [it for it in await events_of(lost.database) if it.type == events.INVOICE_ISSUED.type][-2].data
    gap = changed(told, number=told.number + 9, attempt=7, document_number=None, kid="00010000990")
    kid = changed(told, attempt=8, kid="00010000018")
    forged = [drill.example("invoice.issued", **vars(it)) for it in (gap, kid)]
    await drill.publish(*forged)
    report = await drill.recover(lost.older)
    assert not report.done
    assert [it.key for it in report.invalid] == [it.id for it in forged]
    assert all("B8" in it.reason for it in report.invalid)
    assert (await drill.recover(lost.older, disown=[it.id for it in forged])).done
    assert await the_books(lost.older) == await the_books(lost.database)


async def test_documents_that_stand_the_other_way_round_in_the_stream_are_adopted_in_the_order_of_their_numbers(
    drill: Drill, lost: Lost
) -> None:
    """A retry may put one behind the next."""
    before = told_of(await drill.rows(lost.database))
    in_order = await events_of(lost.database)
    client = await drill.nats.client()
    await client.jsm().delete_stream("BILLING")
    await client.close()
    await drill.provision()
    await drill.publish(*reversed(in_order))
    assert (await drill.recover(lost.older)).done
    assert told_of(await drill.rows(lost.older)) == before


async def test_what_was_told_before_events_carried_it_is_missing_and_listed(
    drill: Drill, lost: Lost, make_database: MakeDatabase
) -> None:
    """And an invoice without its content is credited all the same."""
    told = [as_told_by_0_2(it) for it in await events_of(lost.database)]
    client = await drill.nats.client()
    await client.jsm().delete_stream("BILLING")
    await client.close()
    await drill.provision()
    await drill.publish(*told)
    empty = await make_database("billing")
    assert (await drill.recover(empty)).done
    assert await the_books(empty) == await the_books(lost.database) | {"credit_notes_name_their_event": False}
    async with drill.running(empty) as api:
        found = (await api.get("/billing/operations/missing", limit=100))["items"]
        assert len(found) == len(await invoices(empty)) + len(await credit_notes(empty)) + 1
        of_next = {"programme": NEXT, "party": organisation_number(1), "fields": ["content"]}
        assert of_next | {"entity": "invoice", "id": f"{NEXT}/invoices/1"} in found
        await api.refused(409, f"/billing/programmes/{NEXT}/invoices/1", method="GET")
    await drill.publish(completion_revoked(9, id=session_id(9), programme=NEXT, instalment=1))
    async with drill.running(empty):
        pass
    assert len(await credit_notes(empty, NEXT)) == 1


async def test_a_waiver_takes_part_in_what_is_due_again(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    assert (organisation_number(2), 2) not in await standing(lost.older)
    async with drill.running(lost.older) as api:
        found = (await api.get(f"{OF_PROGRAMME}/waivers"))["items"]
        assert [it["withdrawn"] for it in found] == [True, False]
        await api.post(f"/billing/waivers/{found[1]['id']}/withdrawal")
    assert (organisation_number(2), 2) in await standing(lost.older)


async def test_a_release_takes_part_in_what_is_due_again(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    async with drill.running(lost.older) as api:
        found = (await api.get(f"{OF_PROGRAMME}/releases"))["items"]
        assert [it["withdrawn"] for it in found] == [True, False]
        await api.post(f"/billing/releases/{found[1]['id']}/withdrawal")
    assert not any(instalment == 2 for _, instalment in await standing(lost.older))


def told_of(rows: dict[str, Any]) -> dict[str, Any]:
    """Without series that have no document yet, of which nothing was told, without when a delivery was tried, and without up to which
    week was looked for what is not invoiced: that is looked for again. Without files, which are made again by due work (test_files.py).
    """
    deliveries = [{name: it[name] for name in TOLD_OF_DELIVERIES} for it in rows["delivery"]]
    numbered = [it for it in rows["series"] if it["last_number"]]
    return rows | {"series": numbered, "delivery": deliveries, "looked_for_unbilled": [], "kept_file": []}


def changed(it: Any, **fields: Any) -> Any:
    return it.model_copy(update=fields)
