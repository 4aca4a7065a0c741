"""Billing is recovered from nothing where 0.2.0 told some of it: its credit notes do not name the ordinal of their series."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from services.billing.documents.domain.series import series_id
from shared.database import Database
from tests.integration.billing.world import (
    as_told_by_0_2,
    check_everything_was_told_once,
    credit_notes,
    invoices,
    the_books,
)
from tests.support.databases import MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import PROGRAMME, completed, completion_revoked, party, programme, session_id, signed
from tests.support.facts import events_of

NEXT = "neste-2025"
BOTH = (PROGRAMME, NEXT)
OF_NEXT: dict[str, Any] = {"programme": NEXT, "id": "00000000-0000-7000-8000-00000000000a"}
SESSION_OF_NEXT: dict[str, Any] = {"programme": NEXT, "id": session_id(9), "instalment": 1}
LATER = datetime(2025, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("billing")


@pytest.fixture
async def billing(drill: Drill, make_database: MakeDatabase) -> Database:
    """Two programmes, with three credit notes in the first and one in the second: FK2-1 to FK2-3, and FK4-1."""
    database = await make_database("billing")
    await set_clock(database, LATER)
    for news in (
        [programme(), party(1), party(2), signed(1), signed(2), completed(1)],
        [programme(NEXT), signed(1, **OF_NEXT), completed(9, **SESSION_OF_NEXT)],
        [completion_revoked(1)],
        [completed(1, version=4)],
    ):
        await drill.publish(*news)
        async with drill.running(database):
            pass
    await credit(drill, database, (NEXT, 1), (PROGRAMME, 3))
    assert await called(database) == ["FK2-1", "FK2-2", "FK2-3", "FK4-1"]
    return database


async def credit(drill: Drill, database: Database, *documents: tuple[str, int]) -> None:
    async with drill.running(database) as api:
        for code, number in documents:
            await api.post(f"/billing/programmes/{code}/invoices/{number}/credit-note", {"reason": "mistake"})


async def called(database: Database) -> list[str | None]:
    return [it.document_number for code in BOTH for it in await credit_notes(database, code)]


async def recover_from_nothing(
    drill: Drill, billing: Database, make_database: MakeDatabase, *, told_since: Collection[str]
) -> Database:
    """All but these was told by 0.2.0."""
    told = [
        it if getattr(it.data, "document_number", None) in told_since else as_told_by_0_2(it)
        for it in await events_of(billing)
    ]
    client = await drill.nats.client()
    await client.jsm().delete_stream("BILLING")
    await client.close()
    await drill.provision()
    await drill.publish(*told)
    empty = await make_database("billing")
    report = await drill.recover(empty)
    assert report.invalid == []
    assert await documents_of(empty) == {
        (it.data.series, it.data.number, it.data.document_number, getattr(it.data, "kid", None), it.data.amount_ore)
        for it in told
    }
    books = await the_books(billing)
    assert await the_books(empty) == books | {"credit_notes_name_their_event": False}
    assert await the_books(empty, NEXT) == await the_books(billing, NEXT)
    return empty


async def documents_of(database: Database) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    for code in BOTH:
        series = series_id(code, "invoice")
        found |= {
            (series, it.number, it.document_number, it.kid, it.amount_ore) for it in await invoices(database, code)
        }
        series = series_id(code, "credit_note")
        found |= {
            (series, it.number, it.document_number, None, it.amount_ore) for it in await credit_notes(database, code)
        }
    return found


@pytest.mark.parametrize("told_since", [("FK4-1", "FK2-3"), ("FK4-1",), ()])
async def test_what_is_issued_next_has_the_number_that_its_series_would_have_had(
    drill: Drill, billing: Database, make_database: MakeDatabase, told_since: Collection[str]
) -> None:
    """A series that no document names gets an ordinal that nobody else has."""
    recovered = await recover_from_nothing(drill, billing, make_database, told_since=told_since)
    async with drill.running(recovered):
        pass
    await credit(drill, recovered, (PROGRAMME, 4), (NEXT, 2))
    *_, of_first, _, of_next = await called(recovered)
    assert of_first is not None
    assert of_next is not None
    named = {it.partition("-")[0] for it in told_since}
    assert of_first == "FK2-4" if "FK2" in named else of_first.endswith("-4")
    assert of_next == "FK4-2" if "FK4" in named else of_next.endswith("-2")
    ordinals = {it.partition("-")[0] for it in (of_first, of_next)}
    assert len(ordinals) == 2
    assert ordinals.isdisjoint({"FK1", "FK3"})
    await check_everything_was_told_once(recovered)


async def test_an_ordinal_that_was_given_anew_is_the_series_from_then_on(
    drill: Drill, billing: Database, make_database: MakeDatabase
) -> None:
    recovered = await recover_from_nothing(drill, billing, make_database, told_since=["FK4-1"])
    await credit(drill, recovered, (PROGRAMME, 4))
    new = (await called(recovered))[3]
    assert new is not None
    again = await recover_from_nothing(drill, recovered, make_database, told_since=["FK4-1", new])
    assert await called(again) == await called(recovered)
