"""Of a plan that is a draft nobody is invited; once it is published everybody is (S6)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete

from services.notifications import tables
from shared.clock import OSLO
from shared.contracts.envelope import Event
from shared.database import Database
from tests.integration.notifications.world import (
    ADA,
    DAY,
    LATER,
    FakeAsk,
    calendar,
    marks_left,
    take,
    take_as_told,
    waiting,
    work,
)
from tests.support.databases import set_clock
from tests.support.events import (
    accepted,
    organisation_number,
    party,
    plan_published,
    plan_revised,
    programme,
    session,
)

INVITED = ("session_invitation", 0)


async def test_while_the_plan_is_a_draft_nobody_is_invited_and_then_everybody_is(
    database: Database, ask: FakeAsk
) -> None:
    await take_as_told(database, programme(), party(1), accepted(1), session())
    await work(database, ask)
    assert await calendar(database, ADA) == []
    assert await marks_left(database) == 0
    await take_as_told(database, plan_published())
    await work(database, ask)
    assert await calendar(database, ADA) == [INVITED]
    await take_as_told(database, session("moved", version=2, last_day=LATER))
    await work(database, ask)
    assert await calendar(database, ADA) == [INVITED, ("session_change", 1)]


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_the_plan_is_heard_of_the_same_people_are_invited(
    database: Database, ask: FakeAsk, seed: int
) -> None:
    news: list[Event[Any]] = [programme(), party(1), accepted(1), session(), plan_published(), plan_revised()]
    Random(seed).shuffle(news)
    for event in news:
        await take_as_told(database, event)
        await work(database, ask)
    assert await calendar(database, ADA) == [INVITED]


async def test_what_was_told_is_kept_up_to_date_whatever_became_of_the_plan_here(
    database: Database, ask: FakeAsk
) -> None:
    """Nobody keeps an entry of what was cancelled, and nobody loses one of what was not."""
    await take(database, programme(), party(1), accepted(1), session(), session(n=2, last_day=LATER))
    await work(database, ask)
    async with database.transaction() as connection:
        await connection.execute(delete(tables.plan))
    await take_as_told(database, programme(version=2), session("cancelled", version=2), session(n=3))
    await work(database, ask)
    assert await calendar(database, ADA) == [INVITED, INVITED, ("session_cancellation", 1)]


async def invitations(database: Database) -> list[tuple[str | None, str]]:
    """Which wait, for which party, and why."""
    return [(of, why) for what, of, why in await waiting(database) if what == "session_invitation"]


async def test_a_draft_is_what_invitations_wait_for_once_a_programme(database: Database, ask: FakeAsk) -> None:
    other = "et-annet-program"
    ask.concerned(3, ADA)
    await take_as_told(database, programme(), programme(other), *(party(n) for n in (1, 2, 3)))
    await take_as_told(database, accepted(1), accepted(2), accepted(3, programme=other))
    await work(database, ask)
    assert await invitations(database) == []  # nothing is planned
    far = session(n=3, last_day=DAY + timedelta(days=300))
    await take_as_told(database, session(), session(n=2), far, session(n=4, programme=other))
    await work(database, ask)
    assert await invitations(database) == [(organisation_number(2), "recipient"), (None, "plan"), (None, "plan")]
    await take_as_told(database, plan_published())
    await work(database, ask)
    assert (None, "plan") in await invitations(database)
    await take_as_told(database, plan_published(other))
    await work(database, ask)
    assert (None, "plan") not in await invitations(database)


async def test_for_what_is_over_nobody_waits(database: Database, ask: FakeAsk) -> None:
    await take_as_told(database, programme(), party(1), accepted(1), session())
    await work(database, ask)
    await set_clock(database, datetime.combine(DAY, time(12), OSLO))
    assert await invitations(database) == [(None, "plan")]
    await set_clock(database, datetime.combine(DAY + timedelta(days=1), time(12), OSLO))
    assert await invitations(database) == []
