"""An instalment of one agreement is waived, and that is taken back."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from services.billing import tables
from services.billing.instalments.use_cases.list_unbilled import list_unbilled
from services.billing.waivers.domain.waiver import Waiver, WaiverReason
from services.billing.waivers.use_cases.waive_instalment import waive_instalment
from services.billing.waivers.use_cases.withdraw_waiver import withdraw_waiver
from shared.contracts import billing as events
from shared.database import Database
from shared.errors import Conflict, NotFound
from tests.integration.billing.world import AMOUNTS, credit_notes, invoices, standing, take, work
from tests.support.databases import count, set_clock
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    completed,
    ended,
    organisation_number,
    party,
    programme,
    signed,
)
from tests.support.facts import events_of

ONE, TWO = organisation_number(1), organisation_number(2)


@pytest.fixture
async def billing(database: Database) -> Database:
    """Two who signed, and the first instalment invoiced."""
    await set_clock(database, datetime(2025, 3, 1, 12, tzinfo=UTC))
    await take(database, programme(), party(1), party(2), signed(1), signed(2), completed(1))
    await work(database)
    return database


async def waived(
    database: Database, n: int = 1, instalment: int = 1, *, reason: WaiverReason = "joined_late", by: str = "kari"
) -> Waiver:
    return await waive_instalment(database, agreement_id(n), instalment=instalment, reason=reason, by=by)


async def test_what_is_waived_is_credited_to_that_one_alone_and_says_why(billing: Database) -> None:
    waiver = await waived(billing)
    await work(billing)
    assert await standing(billing) == {(TWO, 1): AMOUNTS[1]}
    (note,) = await credit_notes(billing)
    assert (note.party, note.reason, note.because) == (ONE, "instalment_waived", waiver.event_id)
    (told,) = [it.data for it in await events_of(billing) if it.type == events.CREDIT_NOTE_ISSUED.type]
    assert (told.reason, told.because) == ("instalment_waived", waiver.event_id)


async def test_what_is_waived_before_it_is_delivered_is_never_invoiced(billing: Database) -> None:
    await waived(billing, instalment=2)
    await take(billing, completed(2))
    await work(billing)
    assert await standing(billing) == {(ONE, 1): AMOUNTS[1], (TWO, 1): AMOUNTS[1], (TWO, 2): AMOUNTS[2]}
    assert await credit_notes(billing) == []
    found = [it for it in await list_unbilled(billing, PROGRAMME) if it.party == ONE]
    assert [(it.unbilled.instalment, it.unbilled.why, it.issue_by) for it in found] == [
        (2, "waived", None),
        (3, "no_session", None),
    ]


async def test_a_waiver_taken_back_has_the_instalment_invoiced_again(billing: Database) -> None:
    waiver = await waived(billing)
    await work(billing)
    withdrawn = await withdraw_waiver(billing, waiver.id, by="ola")
    assert (withdrawn.version, withdrawn.withdrawn) == (2, True)
    await work(billing)
    assert await standing(billing) == {(ONE, 1): AMOUNTS[1], (TWO, 1): AMOUNTS[1]}
    assert [it.attempt for it in await invoices(billing) if it.party == ONE] == [1, 2]
    assert await withdraw_waiver(billing, waiver.id, by="kari") == withdrawn
    (event,) = [it for it in await events_of(billing) if it.type == events.INSTALMENT_WAIVER_WITHDRAWN.type]
    assert (event.id, event.data.withdrawn, event.data.version) == (withdrawn.event_id, True, 2)
    again = await waived(billing, reason="other")
    assert again.id != waiver.id
    await work(billing)
    assert await standing(billing) == {(TWO, 1): AMOUNTS[1]}


async def test_a_waiver_taken_back_makes_nothing_due_to_who_has_left(billing: Database) -> None:
    waiver = await waived(billing)
    await work(billing)
    await take(billing, ended(1, ends_on=date(2024, 9, 1)))
    await withdraw_waiver(billing, waiver.id, by="ola")
    await work(billing)
    assert await standing(billing) == {(TWO, 1): AMOUNTS[1]}


async def test_a_waiver_is_told_and_says_who_made_it(billing: Database) -> None:
    waiver = await waived(billing, by="kari")
    (event,) = [it for it in await events_of(billing) if it.type == events.INSTALMENT_WAIVED.type]
    assert event.subject == f"{PROGRAMME}.{ONE}"
    assert event.data.model_dump() == {
        "version": 1,
        "id": waiver.id,
        "programme": PROGRAMME,
        "party": ONE,
        "agreement": agreement_id(1),
        "instalment": 1,
        "withdrawn": False,
        "reason": "joined_late",
    }
    assert waiver.event_id == event.id
    async with billing.reading() as connection:
        assert (await connection.execute(select(tables.waiver.c.changed_by))).scalar_one() == "kari"


async def test_the_same_waiver_twice_is_one_and_another_reason_is_refused(billing: Database) -> None:
    first = await waived(billing)
    assert await waived(billing, by="ola") == first
    with pytest.raises(Conflict, match=r"B5.*joined_late"):
        await waived(billing, reason="other")
    assert await count(billing, tables.waiver) == 1


async def test_the_same_waiver_asked_for_at_the_same_moment_is_one(billing: Database) -> None:
    made = await asyncio.gather(*(waived(billing) for _ in range(5)), work(billing))
    assert len({it.id for it in made if it is not None}) == 1
    await work(billing)
    assert await standing(billing) == {(TWO, 1): AMOUNTS[1]}


async def test_what_is_not_known_is_neither_waived_nor_withdrawn(billing: Database) -> None:
    with pytest.raises(NotFound, match="agreement"):
        await waived(billing, n=9)
    with pytest.raises(NotFound, match="waiver"):
        await withdraw_waiver(billing, "unknown", by="kari")
