"""Who is invited to what is far off is so once the agreement is sent; what comes near, nobody misses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.notifications.app import create
from services.notifications.settings import Settings
from shared.clock import OSLO
from shared.contracts.envelope import Event
from shared.database import Database
from tests.integration.notifications.world import (
    ADA,
    BO,
    EVA,
    RULES,
    FakeAsk,
    calendar,
    marks_left,
    queued,
    take,
    waiting,
    work,
)
from tests.support.api import Api, api_of
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import (
    AT,
    accepted,
    application_id,
    group_changed,
    organisation_number,
    party,
    programme,
    sent,
    session,
    session_id,
)

ONE = organisation_number(1)
FAR = date(2025, 2, 20)  # of a session of two days
INVITED = ("session_invitation", 0)


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def happens(database: Database, ask: FakeAsk, *news: Event[Any]) -> None:
    await take(database, *news)
    await work(database, ask)


async def day_is(database: Database, day: date) -> None:
    await set_clock(database, datetime.combine(day, time(12), OSLO))


@pytest.fixture
async def far_off(database: Database, ask: FakeAsk) -> Database:
    """Ada's party is accepted, and a session is planned half a year ahead."""
    await happens(database, ask, programme(), party(1), accepted(1), session(n=2, last_day=FAR))
    return database


async def test_an_invitation_to_what_is_far_off_waits_for_the_agreement_and_then_goes(
    far_off: Database, ask: FakeAsk
) -> None:
    assert await calendar(far_off, ADA) == []
    assert await marks_left(far_off) == 0
    await happens(far_off, ask, sent(1))
    assert await calendar(far_off, ADA) == [INVITED]
    assert [it for it in await waiting(far_off) if it[2] == "agreement"] == []


async def test_what_waits_and_why_is_seen(far_off: Database, ask: FakeAsk, api: Api) -> None:
    await happens(far_off, ask, session(n=1))
    seen = [it for it in (await api.get("/notifications/waiting"))["items"] if it["why"] == "agreement"]
    assert [(it["what"], it["party"], it["session"]) for it in seen] == [("session_invitation", ONE, session_id(2))]


async def test_who_coordinates_by_then_is_invited_and_nobody_before_has_it_taken_away(
    far_off: Database, ask: FakeAsk
) -> None:
    ask.concerned(1, BO, staying=[ADA])
    await happens(far_off, ask, group_changed(1))
    await happens(far_off, ask, sent(1))
    assert [(it.kind, it.person) for it in await queued(far_off) if it.session] == [("session_invitation", "bo")]


async def test_as_the_days_pass_a_session_comes_near_and_is_invited_to_without_an_agreement(
    far_off: Database, ask: FakeAsk
) -> None:
    first_day = FAR - timedelta(days=1)
    await day_is(far_off, first_day - RULES.ahead - timedelta(days=1))
    await work(far_off, ask)
    assert await calendar(far_off, ADA) == []
    await day_is(far_off, first_day - RULES.ahead)
    await work(far_off, ask)
    assert await calendar(far_off, ADA) == [INVITED]
    assert await marks_left(far_off) == 0


async def test_a_day_that_passed_unnoticed_leaves_nobody_uninvited(far_off: Database, ask: FakeAsk) -> None:
    await day_is(far_off, FAR - timedelta(days=3))
    await work(far_off, ask)
    assert await calendar(far_off, ADA) == [INVITED]


async def test_who_stays_in_the_group_keeps_the_entry_and_hears_of_what_changes(
    far_off: Database, ask: FakeAsk
) -> None:
    await happens(far_off, ask, sent(1), session(n=3, last_day=FAR, kind="coordinator_meeting", title="Koordinatorer"))
    ask.concerned(1, BO, staying=[ADA, EVA])
    await happens(far_off, ask, group_changed(1))
    of_ada = [(it.session, it.kind) for it in await queued(far_off, person="ada") if it.session]
    assert sorted(of_ada[2:]) == [(session_id(3), "session_cancellation")]  # the coordinators' own
    (handed_over,) = await queued(far_off, kind="session_cancellation")
    assert handed_over.content["goes_to"] == ["Bo"]
    assert await calendar(far_off, BO) == [INVITED, INVITED]
    assert await calendar(far_off, EVA) == []  # who never had an entry keeps none
    moved = session("moved", n=2, version=2, last_day=FAR + timedelta(days=7))
    await happens(far_off, ask, moved)
    assert [it.person for it in await queued(far_off, kind="session_change")] == ["ada", "bo"]
    ask.concerned(1, BO)
    await happens(far_off, ask, group_changed(1, version=2))
    last = (await queued(far_off, person="ada"))[-1]
    assert (last.kind, last.content["why"]) == ("session_cancellation", "not_concerned")


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_things_happen_nobody_is_left_uninvited_to_what_is_near(
    postgres_database: MakeDatabase, sqlite_database: MakeDatabase, seed: int
) -> None:
    """Parties are accepted, agreements sent, sessions planned and days pass, shuffled."""
    random, ask = Random(seed), FakeAsk()
    database = await (postgres_database, sqlite_database)[seed % 2]("notifications")
    start = AT.date()
    await day_is(database, start)
    ask.concerned(1, ADA)
    ask.concerned(2, BO)
    news: list[Event[Any]] = [programme()]
    for n in (1, 2):
        news += [party(n), accepted(n, id=application_id(n)), *([sent(n)] if n == 1 else [])]
    days = {n: start + timedelta(days=random.randint(10, 200)) for n in range(1, 9)}
    news += [session(n=n, last_day=days[n] + timedelta(days=1)) for n in days]
    random.shuffle(news)
    # Something happens on each of these days; and on some nothing does but that they pass.
    when = sorted(random.randint(0, 100) for _ in [*news, *range(10)])
    for after in when:
        today = start + timedelta(days=after)
        await day_is(database, today)
        await happens(database, ask, *([news.pop()] if news else []))
    while news:
        await happens(database, ask, news.pop())
    for who, has_agreement in ((ADA, True), (BO, False)):
        invited = {it.session for it in await queued(database, person=who.person) if it.session}
        near = {session_id(n) for n, day in days.items() if today <= day <= today + RULES.ahead}
        far = {session_id(n) for n, day in days.items() if day > today + RULES.ahead}
        assert near <= invited
        assert (far <= invited) if has_agreement else not far & invited
    assert await marks_left(database) == 0
