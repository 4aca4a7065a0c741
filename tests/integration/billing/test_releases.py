from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from services.billing import tables
from services.billing.documents.use_cases.show_document import show_document
from services.billing.occasions.domain.release import Release
from services.billing.occasions.use_cases.release_instalment import release_instalment
from services.billing.occasions.use_cases.withdraw_release import withdraw_release
from shared.contracts import billing as events
from shared.contracts.questions import WhatDocument
from shared.database import Database
from shared.errors import Conflict, NotFound, RuleBroken
from tests.integration.billing.world import AMOUNTS, credit_notes, invoices, standing, take, work
from tests.support.databases import count, set_clock
from tests.support.events import (
    PROGRAMME,
    completed,
    completion_revoked,
    ended,
    organisation_number,
    party,
    programme,
    signed,
)
from tests.support.facts import events_of

ONE, TWO = organisation_number(1), organisation_number(2)
TODAY = date(2025, 3, 1)


@pytest.fixture
async def billing(database: Database) -> Database:
    """Two who signed, and nothing delivered."""
    await set_clock(database, datetime(2025, 3, 1, 12, tzinfo=UTC))
    await take(database, programme(), party(1), party(2), signed(1), signed(2))
    return database


async def released(
    database: Database, instalment: int = 2, effective_on: date = TODAY, by: str = "kari", **where: str
) -> Release:
    return await release_instalment(
        database,
        where.pop("programme", PROGRAMME),
        instalment=instalment,
        effective_on=effective_on,
        reason="session_became_digital",
        by=by,
        **{"venue": "Kimen", "city": "Stjørdal"} | where,
    )


async def test_a_release_makes_its_instalment_due_as_a_session_on_that_day_would(billing: Database) -> None:
    await take(billing, ended(2, ends_on=TODAY))
    release = await released(billing)
    await work(billing)
    assert await standing(billing) == {(ONE, 2): AMOUNTS[2]}
    (invoice,) = await invoices(billing)
    assert (invoice.release, invoice.session) == (release.id, None)
    content = await show_document(billing, WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=1))
    assert (content.delivered_from, content.delivered_to) == (TODAY, TODAY)
    assert content.delivered_where == "Kimen, Stjørdal"
    assert (content.delivered_venue, content.delivered_city) == ("Kimen", "Stjørdal")
    assert content.delivered == "Deltakeravgift Fremtidens kulturskole, rate 2 av 3"


async def test_a_release_is_told_and_says_who_made_it(billing: Database) -> None:
    release = await released(billing, by="kari")
    (event,) = await events_of(billing)
    assert event.type == "kulturskole.billing.instalment.released.v1"
    assert event.data.model_dump() == {
        "version": 1,
        "id": release.id,
        "programme": PROGRAMME,
        "instalment": 2,
        "effective_on": TODAY,
        "place": "Kimen, Stjørdal",
        "venue": "Kimen",
        "city": "Stjørdal",
        "withdrawn": False,
        "reason": "session_became_digital",
    }
    assert release.event_id == event.id
    async with billing.reading() as connection:
        assert (await connection.execute(select(tables.release.c.changed_by))).scalar_one() == "kari"


async def test_the_same_release_twice_is_one(billing: Database) -> None:
    first = await released(billing)
    assert await released(billing, by="ola") == first
    assert len(await events_of(billing)) == 1
    assert await released(billing, effective_on=date(2025, 2, 28)) != first


async def test_the_same_release_asked_for_at_the_same_moment_is_one(billing: Database) -> None:
    made = await asyncio.gather(*(released(billing) for _ in range(5)))
    assert len({it.id for it in made}) == 1
    assert len(await events_of(billing)) == 1


async def test_a_release_is_withdrawn_and_what_it_made_due_is_credited(billing: Database) -> None:
    release = await released(billing)
    await work(billing)
    withdrawn = await withdraw_release(billing, release.id, by="ola")
    await work(billing)
    assert (withdrawn.version, withdrawn.withdrawn) == (2, True)
    assert await standing(billing) == {}
    notes = await credit_notes(billing)
    assert {(it.reason, it.because, it.release) for it in notes} == {
        ("release_withdrawn", withdrawn.event_id, release.id)
    }
    assert await withdraw_release(billing, release.id, by="kari") == withdrawn
    (event,) = [it for it in await events_of(billing) if it.type == events.INSTALMENT_RELEASE_WITHDRAWN.type]
    assert (event.id, event.data.withdrawn, event.data.version) == (withdrawn.event_id, True, 2)


async def test_what_was_withdrawn_can_be_released_again(billing: Database) -> None:
    first = await released(billing)
    await work(billing)
    await withdraw_release(billing, first.id, by="ola")
    await work(billing)
    again = await released(billing)
    assert again.id != first.id
    await work(billing)
    assert await standing(billing) == {(ONE, 2): AMOUNTS[2], (TWO, 2): AMOUNTS[2]}
    assert {it.attempt for it in await invoices(billing)} == {1, 2}


async def test_a_release_that_takes_the_place_of_a_session_is_invoiced_in_its_place(billing: Database) -> None:
    """Nothing is asked for twice, and each invoice says what was delivered."""
    await take(billing, completed(2))
    await work(billing)
    release = await released(billing)
    await take(billing, revoked := completion_revoked(2))
    await work(billing)
    assert await standing(billing) == {(ONE, 2): AMOUNTS[2], (TWO, 2): AMOUNTS[2]}
    assert {(it.reason, it.because) for it in await credit_notes(billing)} == {("completion_revoked", revoked.id)}
    stands = [it for it in await invoices(billing) if it.credited_by is None]
    assert {(it.release, it.delivered_from, it.delivered_to) for it in stands} == {(release.id, TODAY, TODAY)}
    told = [event.type for event in await events_of(billing)][-4:]
    assert told == [events.CREDIT_NOTE_ISSUED.type] * 2 + [events.INVOICE_ISSUED.type] * 2


async def test_an_instalment_is_not_released_ahead(billing: Database) -> None:
    with pytest.raises(RuleBroken, match="B6"):
        await released(billing, effective_on=date(2025, 3, 2))
    assert await count(billing, tables.release) == 0
    assert await events_of(billing) == []


@pytest.mark.parametrize("day", [date(2004, 9, 30), date(2024, 7, 31)])
async def test_an_instalment_is_not_released_outside_of_the_programmes_period(billing: Database, day: date) -> None:
    """2004 typed for 2024 would invoice everybody, those too who have left."""
    with pytest.raises(RuleBroken, match=r"B6.*period"):
        await released(billing, effective_on=day)
    assert await count(billing, tables.release) == 0
    assert (await released(billing, effective_on=date(2024, 8, 1))).effective_on == date(2024, 8, 1)


async def test_a_release_after_the_period_is_refused_once_that_is_over(billing: Database) -> None:
    await set_clock(billing, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert (await released(billing, effective_on=date(2025, 12, 31))).withdrawn is False
    with pytest.raises(RuleBroken, match=r"B6.*period"):
        await released(billing, effective_on=date(2026, 1, 1))


async def test_no_instalment_is_released_while_the_period_is_not_known(billing: Database) -> None:
    """Of a programme that was told of before billing kept its period; what tells of it anew brings it."""
    nothing = {"period_start": None, "period_end": None}
    async with billing.transaction() as connection:
        await connection.execute(update(tables.programme).values(nothing))
    with pytest.raises(Conflict, match=r"B6.*not known here yet"):
        await released(billing)
    await take(billing, programme(version=2))
    assert (await released(billing)).effective_on == TODAY


async def test_the_same_release_with_another_place_is_refused(billing: Database) -> None:
    await released(billing)
    with pytest.raises(Conflict, match=r"B6.*Kimen, Stjørdal"):
        await released(billing, venue="Plassen")
    assert len(await events_of(billing)) == 1


async def test_what_is_not_known_is_neither_released_nor_withdrawn(billing: Database) -> None:
    with pytest.raises(NotFound):
        await released(billing, programme="unknown")
    with pytest.raises(NotFound):
        await withdraw_release(billing, "unknown", by="kari")
