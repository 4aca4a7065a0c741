from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from stdnum import luhn
from structlog.testing import capture_logs

from services.billing import tables
from services.billing.consumers import consumers
from services.billing.documents import repository as documents
from services.billing.documents.use_cases.show_document import show_document
from services.billing.instalments.domain import difference as instalments
from services.billing.instalments.use_cases import issue_what_is_due as module
from services.billing.instalments.use_cases import mark_agreements_of_parties as parties_module
from services.billing.instalments.use_cases.issue_what_is_due import issue_what_is_due
from services.billing.instalments.use_cases.list_unbilled import list_unbilled
from services.billing.instalments.use_cases.mark_every_programme import mark_every_programme
from shared import clock
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.contracts.questions import WhatDocument
from shared.database import Database
from shared.messaging import set_aside
from shared.messaging.facts import record
from shared.money import split_fee
from tests.integration.billing.world import (
    AMOUNTS,
    aside,
    check_everything_was_told_once,
    credit_notes,
    invoices,
    marks_left,
    row_of_first_form,
    standing,
    take,
    work,
)
from tests.support.databases import set_clock
from tests.support.events import (
    DAYS,
    PROGRAMME,
    agreement_id,
    completed,
    completion_revoked,
    end_taken_back,
    ended,
    organisation_number,
    party,
    programme,
    sent,
    session,
    session_id,
    signed,
)
from tests.support.facts import events_of, facts_of
from tests.support.statements import statements
from tests.unit.billing.samples import SELLER

ONE, TWO = organisation_number(1), organisation_number(2)
AFTERWARDS = datetime(2025, 12, 1, 23, 30, tzinfo=UTC)  # 2 December in Norway


def one_invoice(n: int) -> list[Event[Any]]:
    """All that it takes, in a programme of its own: `programme-1` for the first party."""
    code = f"programme-{n}"
    return [programme(code), party(n), signed(n, programme=code), completed(1, id=session_id(n), programme=code)]


async def test_a_completed_session_is_invoiced_once_to_every_signed_agreement(database: Database) -> None:
    await take(database, programme(), party(1), party(2), party(3), signed(1), signed(2), sent(3), completed(1))
    await work(database)
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1], (TWO, 1): AMOUNTS[1]}
    assert await marks_left(database) == 0
    await check_everything_was_told_once(database)


async def test_no_agreement_is_looked_at_while_nothing_that_it_could_owe_for_was_held(database: Database) -> None:
    await take(database, programme(), party(1), party(2), signed(1), signed(2), session())
    with statements() as found:
        await work(database)
    assert not any("agreement.fee_ore" in it for it in found)
    assert await marks_left(database) == 0
    await take(database, completed(1))
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1], (TWO, 1): AMOUNTS[1]}


async def test_an_invoice_has_its_number_kid_days_and_content_and_its_event_says_the_same(database: Database) -> None:
    await set_clock(database, AFTERWARDS)
    nynorsk = party(1, name="Volda", official_name="Volda kommune", language_form="nynorsk")
    await take(database, programme(days_to_pay=14), nynorsk, signed(1), completed(1))
    await work(database)
    (invoice,) = await invoices(database)
    assert (invoice.issued_on, invoice.due_on) == (date(2025, 12, 2), date(2025, 12, 16))
    assert (invoice.number, invoice.attempt, invoice.session) == (1, 1, session_id(1))
    assert luhn.is_valid(invoice.kid)

    question = WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=1)
    content = await show_document(database, question)
    assert invoice.document_number == content.document_number == "FK1-1"
    assert content.buyer.name == "Volda kommune"
    assert content.delivered == "Deltakaravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1"
    assert (content.delivered_from, content.delivered_to) == (DAYS[1] - timedelta(days=1), DAYS[1])
    assert (content.kid, content.due_on, content.amount_ore) == (invoice.kid, invoice.due_on, 666_667)

    (event,) = await events_of(database)
    assert event.type == events.INVOICE_ISSUED.type
    assert event.data.model_dump() == {
        "delivery_is_told": True,
        "version": 1,
        "series": f"{PROGRAMME}/invoices",
        "number": 1,
        "document_number": invoice.document_number,
        "programme": PROGRAMME,
        "party": ONE,
        "agreement": agreement_id(1),
        "instalment": 1,
        "attempt": 1,
        "session": session_id(1),
        "release": None,
        "amount_ore": 666_667,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "kid": invoice.kid,
        "content": events.Content(**content.model_dump()).model_dump(),
        "link": event.data.link,
    }
    assert event.time == AFTERWARDS


async def test_a_credit_note_takes_back_the_invoice_and_names_what_made_it_wrong(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    end = ended(1, ends_on=date(2024, 9, 1))
    await take(database, end)
    await work(database)
    (note,) = await credit_notes(database)
    assert (note.invoice, note.reason, note.because) == (1, "agreement_ended", end.id)
    (invoice,) = await invoices(database)
    assert invoice.credited_by == note.number
    content = await show_document(
        database, WhatDocument(kind="credit_note", series=f"{PROGRAMME}/credit-notes", number=1)
    )
    assert (content.kind, content.credits_invoice, content.reason, content.kid) == (
        "credit_note",
        1,
        "agreement_ended",
        None,
    )
    event = (await events_of(database))[-1]
    assert event.type == events.CREDIT_NOTE_ISSUED.type
    assert event.data.because == end.id
    assert event.data.document_number == content.document_number == "FK2-1"
    assert (event.data.content.credits_document_number, event.data.content.credits_issued_on) == (
        "FK1-1",
        invoice.issued_on,
    )
    assert (event.data.invoice, event.data.series, event.data.session) == (
        1,
        f"{PROGRAMME}/credit-notes",
        session_id(1),
    )
    await take(database, end_taken_back(1))
    await work(database)
    assert [(it.number, it.attempt) for it in await invoices(database)] == [(1, 1), (2, 2)]
    assert await standing(database) == {(ONE, 1): AMOUNTS[1]}


async def test_a_completion_revoked_is_credited_and_completed_again_invoiced_anew(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    revoked = completion_revoked(1)
    await take(database, revoked)
    await work(database)
    assert [(it.reason, it.because) for it in await credit_notes(database)] == [("completion_revoked", revoked.id)]
    await take(database, completed(1, version=4))
    await work(database)
    assert await standing(database) == {(ONE, 1): AMOUNTS[1]}


async def test_older_news_that_arrives_later_changes_nothing(database: Database) -> None:
    await take(database, programme(), party(1), signed(1), completion_revoked(1))
    await take(database, completed(1), session("planned", 1))
    await work(database)
    assert await standing(database) == {}


async def test_a_physical_session_that_became_digital_is_the_same_session(database: Database) -> None:
    """One version counter per session: whichever of the two kinds of events is newer counts."""
    became_digital = session("changed", 1, version=2, format="digital", instalment=None)
    held = session("completed", 1, version=3, format="digital", instalment=None, state="completed")
    await take(database, programme(), party(1), signed(1), held, became_digital, session("planned", 1))
    await work(database)
    assert await standing(database) == {}


async def test_whatever_comes_last_completes_what_is_known(database: Database) -> None:
    """The programme, the party, the agreement or the session: the invoice is issued when all four are there."""
    for n, order in enumerate(itertools.permutations(range(4)), start=1):
        code = f"programme-{n}"
        everything = one_invoice(n)
        for which in order:
            assert await standing(database, code) == {}
            await take(database, everything[which])
            await work(database)
        assert await standing(database, code) == {(organisation_number(n), 1): AMOUNTS[1]}
    assert await marks_left(database) == 0


async def test_who_is_not_known_yet_is_set_aside_and_the_others_go_on(database: Database) -> None:
    await take(database, programme(), party(2), signed(1), signed(2), completed(1))
    with capture_logs() as logs:
        await work(database)
    assert await standing(database) == {(TWO, 1): AMOUNTS[1]}
    assert [it["agreements"] for it in logs] == [{agreement_id(1): "party_unknown"}]
    assert await aside(database) == {agreement_id(1): "party_unknown"}
    assert await marks_left(database) == 0
    reasons = {(it.party, it.unbilled.instalment): it.unbilled.why for it in await list_unbilled(database, PROGRAMME)}
    assert reasons[ONE, 1] == "party_unknown"
    assert (TWO, 1) not in reasons
    await take(database, party(1))
    await work(database)
    assert await aside(database) == {}
    assert len(await standing(database)) == 2


async def test_an_agreement_whose_rule_raises_is_set_aside_until_the_rule_is_mended(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky = 1_300_000
    await take(database, programme(), party(1), party(2), signed(1, fee_ore=unlucky), signed(2), completed(1))
    split = split_fee

    def has_a_fault(fee_ore: int) -> list[int]:
        if fee_ore == unlucky:
            raise ArithmeticError
        return split(fee_ore)

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(instalments, "split_fee", has_a_fault)
        await work(database)
        found = await list_unbilled(database, PROGRAMME)
    assert await standing(database) == {(TWO, 1): AMOUNTS[1]}
    assert [it["agreement"] for it in logs if "agreement" in it] == [agreement_id(1)]
    assert await aside(database) == {agreement_id(1): "rule_raised"}
    assert {it.unbilled.why for it in found if it.party == ONE} == {"rule_raised"}
    assert await marks_left(database) == 0

    await mark_every_programme(database)  # as each start does
    await work(database)
    assert await standing(database) == {(ONE, 1): 433_334, (TWO, 1): AMOUNTS[1]}


async def test_a_party_that_arrives_after_many_agreements_has_each_looked_at_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parties_module, "SLICE", 3)
    many = range(1, 12)
    await take(database, programme(), completed(1), *(signed(n) for n in many))
    await work(database)
    assert await standing(database) == {}
    await take(database, *(party(n) for n in many), *(party(n, 2) for n in many))
    await work(database)
    assert await standing(database) == {(organisation_number(n), 1): AMOUNTS[1] for n in many}
    assert await marks_left(database) == 0


class Crash(Exception):
    """Stands for the process dying."""


async def test_a_crash_between_two_slices_is_made_good(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 10)
    many = range(1, 36)
    await take(database, programme(), completed(1), *(party(n) for n in many), *(signed(n) for n in many))
    add, calls = documents.add_invoices, itertools.count(1)

    async def dies_in_the_third(*args: Any, **kwargs: Any) -> None:
        await add(*args, **kwargs)
        if next(calls) == 3:
            raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(documents, "add_invoices", dies_in_the_third)
        await work(database)
    assert len(await standing(database)) == 20
    assert await marks_left(database) > 0
    await work(database)
    assert len(await standing(database)) == 35
    assert await marks_left(database) == 0
    await check_everything_was_told_once(database)


async def test_marks_on_single_agreements_are_worked_off_in_slices_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take(database, programme(), completed(1), *(party(n) for n in range(1, 21)))
    await work(database)
    monkeypatch.setattr(module, "SLICE", 4)
    await take(database, *(signed(n) for n in range(1, 21)))
    await work(database)
    assert len(await standing(database)) == 20
    assert await marks_left(database) == 0


async def test_a_mark_that_comes_between_two_slices_is_left_for_the_next_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agreement is signed behind the worker's back, with an id that it has passed already."""
    monkeypatch.setattr(module, "SLICE", 2)
    await take(database, programme(), completed(1), *(party(n) for n in range(1, 8)), *(signed(n) for n in range(2, 8)))
    transaction, begun = database.transaction, itertools.count(1)

    @asynccontextmanager
    async def with_news_before_the_second_slice(*, wakes: bool = True) -> AsyncIterator[AsyncConnection]:
        if next(begun) == 4:  # after the marks, the series, and the first slice
            async with transaction() as connection:
                await record(connection, facts_of(consumers, signed(1)))
        async with transaction(wakes=wakes) as connection:
            yield connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "transaction", with_news_before_the_second_slice)
        await issue_what_is_due(database, PROGRAMME, SELLER)
    assert len(await standing(database)) == 6
    assert await marks_left(database) > 0
    await work(database)
    assert len(await standing(database)) == 7
    assert await marks_left(database) == 0


async def test_one_programme_that_fails_does_not_hold_up_the_others(database: Database) -> None:
    """Its number series has come to an end: nothing is issued there, and nothing lost."""
    for n in (1, 2):
        await take(database, *one_invoice(n))
    async with database.transaction() as connection:
        last = row_of_first_form(999_999, programme="programme-1", agreement="another")
        await connection.execute(tables.invoice.insert(), last)
        await documents.add_series(connection, "programme-1")
    await work(database)
    assert await aside(database) == {set_aside.ALL: "ValueError"}
    assert (await list_unbilled(database, "programme-1"))[0].unbilled.why == "set_aside"
    assert await standing(database, "programme-2") == {(TWO, 1): AMOUNTS[1]}
    assert [it.number for it in await invoices(database, "programme-1")] == [999_999]
    assert await marks_left(database) > 0


async def test_a_session_that_is_told_under_another_programme_sets_aside_whom_it_was_invoiced_to_and_nobody_else(
    database: Database,
) -> None:
    await take(database, programme(), party(1), party(2), signed(1), completed(1))
    await work(database)
    moved = completed(1, version=3, programme="another")
    another = programme("another"), signed(2, id=agreement_id(99), programme="another")
    await take(database, moved, *another, completed(2), signed(3), party(3))
    await work(database)
    assert await aside(database) == {agreement_id(1): "rule_raised"}
    assert await standing(database) == {(ONE, 1): AMOUNTS[1], (organisation_number(3), 2): AMOUNTS[2]}
    assert await standing(database, "another") == {(TWO, 1): AMOUNTS[1]}
    assert {it.unbilled.why for it in await list_unbilled(database, PROGRAMME) if it.party == ONE} == {"rule_raised"}
    assert await marks_left(database) == 0


async def test_the_kids_of_two_programmes_differ(database: Database) -> None:
    for n in (1, 2, 3):
        await take(database, *one_invoice(n))
    await work(database)
    kids = {it.kid for n in (1, 2, 3) for it in await invoices(database, f"programme-{n}")}
    assert len(kids) == 3
    assert all(luhn.is_valid(it) for it in kids)


async def test_an_invoice_bears_the_day_in_norway_on_which_it_is_issued(database: Database) -> None:
    await take(database, programme(), party(1), party(2), signed(1), completed(1))
    await work(database)
    await set_clock(database, AFTERWARDS)
    await take(database, signed(2))
    await work(database)
    first, second = await invoices(database)
    assert first.issued_on == clock.START.astimezone(clock.OSLO).date()
    assert second.issued_on == date(2025, 12, 2)


async def test_news_from_the_whole_programme_ends_in_the_whole_fee(database: Database) -> None:
    await take(database, programme(), party(1), signed(1))
    for n in (1, 2, 3):
        await take(database, session("planned", n), completed(n))
        await work(database)
    assert await standing(database) == {(ONE, n): AMOUNTS[n] for n in (1, 2, 3)}
    assert sum(it.amount_ore for it in await invoices(database)) == 2_000_000
