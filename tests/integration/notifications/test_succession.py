"""Another party takes an agreement over: its people's calendars stay as they are, whatever news of it comes first."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts import registration
from shared.contracts.envelope import Event
from shared.contracts.questions import WhoIsConcerned
from shared.database import Database
from tests.integration.notifications.world import ADA, BO, FakeAsk, calendar, queued, take, work
from tests.support.events import (
    accepted,
    application,
    group_changed,
    organisation_number,
    party,
    programme,
    session,
    signed,
    succeeded,
)

ONE, TWO = organisation_number(1), organisation_number(2)
VISIT: dict[str, Any] = {"n": 7, "kind": "guidance_visit", "instalment": None}
INVITED = [("session_invitation", 0), ("session_invitation", 0)]


@pytest.fixture
async def invited(database: Database, ask: FakeAsk) -> Database:
    ask.concerned(1, ADA)
    await take(
        database, programme(), party(1), party(2), accepted(1), signed(1), session(), session(**VISIT, party=ONE)
    )
    await work(database, ask)
    assert await calendar(database, ADA) == INVITED
    return database


def of_registration() -> list[Event[Any]]:
    """In the order in which it is told."""
    moved = application(registration.APPLICATION_CHANGED, 1, 3, state="accepted", party=TWO)
    emptied = group_changed(1, version=9, size=0, complete=False, coordinator_elected=False)
    return [succeeded(1, by=2), moved, emptied, group_changed(2)]


@pytest.mark.parametrize("at", range(5))
async def test_nobody_is_told_that_an_entry_goes_which_stays(invited: Database, ask: FakeAsk, at: int) -> None:
    """Scheduling tells at any time after it that the visit is the successor's."""
    ask.people = {TWO: [ADA]}  # and nobody hears for the one before
    news = of_registration()
    news.insert(max(at, 1), session("changed", version=2, **VISIT, party=TWO))
    for event in news:
        await take(invited, event)
        await work(invited, ask)
        assert await calendar(invited, ADA) == INVITED, event.type
    assert [it.person for it in await queued(invited, kind="agreement_succeeded")] == ["ada"]


async def test_while_nobody_answers_who_hears_for_the_successor_who_heard_before_does(
    invited: Database, ask: FakeAsk
) -> None:
    ask.people = {TWO: [ADA]}
    ask.silent = {WhoIsConcerned}
    await take(invited, *of_registration(), session("changed", version=2, place="Volda"))
    await work(invited, ask)
    kinds = [kind for kind, _ in await calendar(invited, ADA)]
    assert "session_cancellation" not in kinds
    ask.silent = set()
    await work(invited, ask)
    assert "session_cancellation" not in [kind for kind, _ in await calendar(invited, ADA)]


async def test_who_hears_for_the_successor_from_then_on_is_invited(invited: Database, ask: FakeAsk) -> None:
    ask.people = {TWO: [ADA, BO]}
    await take(invited, *of_registration())
    await work(invited, ask)
    assert await calendar(invited, ADA) == INVITED
    assert await calendar(invited, BO) == INVITED


async def test_what_is_cancelled_afterwards_is_told_under_the_successors_name(invited: Database, ask: FakeAsk) -> None:
    ask.people = {TWO: [ADA]}
    await take(invited, *of_registration(), session("changed", version=2, **VISIT, party=TWO))
    await work(invited, ask)
    await take(invited, session("cancelled", version=3, **VISIT, party=TWO))
    await work(invited, ask)
    (mail,) = await queued(invited, kind="session_cancellation")
    assert mail.person == "ada"
