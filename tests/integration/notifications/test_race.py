"""News that does not see each other, while the worker looks: nothing is lost, nothing is there twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from services.notifications.consumers import consumers
from services.notifications.works import UPDATE_CALENDARS, WRITE_MAILINGS
from shared.contracts.envelope import Event
from shared.database import Database
from shared.messaging.facts import Present, record
from shared.messaging.tables import work_lock
from tests.integration.notifications.world import FakeAsk, marks_left, person, queued, take_as_told, work
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import (
    AT,
    DAYS,
    accepted,
    organisation_number,
    party,
    plan_published,
    programme,
    session,
    session_id,
)
from tests.support.facts import facts_of

# What meets: two pieces of news, by name.
MEETINGS = list(itertools.combinations(["programme", "party", "application", "session", "plan"], 2))
# Each is written, then committed: every order of these four steps, but for the one that is not at the same time.
OVERLAPS = [it for it in sorted(set(itertools.permutations([0, 0, 1, 1]))) if it not in ((0, 0, 1, 1), (1, 1, 0, 0))]
WORKS = [(step,) for step in range(4)] + [tuple(range(4))]  # the worker runs after these steps

WORKS_OF_A_PROGRAMME = (WRITE_MAILINGS, UPDATE_CALENDARS)


def the_news(n: int) -> dict[str, Event[Any]]:
    """All that it takes for a mailing and an invitation, in a programme of its own."""
    code = f"race-{n}"
    return {
        "programme": programme(code),
        "party": party(n),
        "application": accepted(n, programme=code),
        "session": session(n=n, programme=code, last_day=DAYS[1]),
        "plan": plan_published(code),
    }


async def overlap(
    database: Database, ask: FakeAsk, events: Sequence[Event[Any]], order: Sequence[int], works: Sequence[int]
) -> None:
    """Write, then commit each of two pieces of news, in this order; the worker runs after the steps of `works`."""
    async with AsyncExitStack() as stack:
        open_: dict[int, AsyncExitStack] = {}
        for step, which in enumerate(order):
            if which in open_:
                await open_[which].aclose()
            else:
                open_[which] = await stack.enter_async_context(AsyncExitStack())
                connection = await open_[which].enter_async_context(database.transaction())
                await record(connection, facts_of(consumers, events[which]))
            if step in works:
                await work(database, ask)


@pytest.mark.parametrize("meeting", MEETINGS, ids="-".join)
async def test_two_pieces_of_news_at_once_and_the_worker_in_between(
    postgres_database: MakeDatabase, ask: FakeAsk, meeting: tuple[str, str]
) -> None:
    database = await postgres_database("notifications")
    await set_clock(database, AT)
    cases = list(enumerate(itertools.product(OVERLAPS, WORKS), start=1))
    for n, _ in cases:
        ask.concerned(n, person(f"person-{n}"))
        others = [event for name, event in the_news(n).items() if name not in meeting]
        await take_as_told(database, *others)
    async with database.transaction() as connection:  # two that insert one would wait for each other
        await record(
            connection,
            [Present(work_lock, work=work_, key=f"race-{n}") for n, _ in cases for work_ in WORKS_OF_A_PROGRAMME],
        )
    await work(database, ask)
    for n, (order, works) in cases:
        news = the_news(n)
        await overlap(database, ask, [news[name] for name in meeting], order, works)
    await work(database, ask)
    assert await marks_left(database) == 0
    told = sorted((it.party, it.person, it.session or "") for it in await queued(database))
    assert told == sorted(
        (organisation_number(n), f"person-{n}", session_) for n, _ in cases for session_ in ("", session_id(n))
    )
