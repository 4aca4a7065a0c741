"""News that does not see each other, workers at the same moment: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import pytest

from services.billing.consumers import consumers
from services.billing.instalments import repository as agreements
from services.billing.instalments.use_cases import issue_what_is_due as module
from services.billing.instalments.use_cases import mark_agreements_of_parties as parties_module
from services.billing.instalments.use_cases.bring_up_to_date import bring_up_to_date
from services.billing.instalments.use_cases.issue_what_is_due import issue_what_is_due
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared.contracts.envelope import Event
from shared.database import Database
from shared.messaging.facts import Present, record
from shared.messaging.tables import work_lock
from tests.integration.billing.world import (
    AMOUNTS,
    check_everything_was_told_once,
    invoices,
    marks_left,
    standing,
    take,
    work,
)
from tests.support.databases import MakeDatabase
from tests.support.events import (
    DAYS,
    PROGRAMME,
    completed,
    completion_revoked,
    end_taken_back,
    ended,
    organisation_number,
    party,
    programme,
    session_id,
    signed,
)
from tests.support.facts import facts_of
from tests.support.waiting import patiently
from tests.unit.billing.samples import SELLER

# What meets: two pieces of news, by name.
MEETINGS = list(itertools.combinations(["programme", "party", "agreement", "session"], 2))
# Each is written, then committed: every order of these four steps.
OVERLAPS = sorted(set(itertools.permutations([0, 0, 1, 1])))


def the_news(n: int) -> dict[str, Event[Any]]:
    """All that it takes for one invoice, in a programme of its own."""
    code = f"race-{n}"
    return {
        "programme": programme(code),
        "party": party(n),
        "agreement": signed(n, programme=code),
        "session": completed(1, id=session_id(n), programme=code),
    }


async def known_before(database: Database, races: range, meeting: tuple[str, str]) -> None:
    """All the other news; and the locks' rows, since two that insert one would wait for each other."""
    others = [event for n in races for name, event in the_news(n).items() if name not in meeting]
    await take(database, *others)
    async with database.transaction() as connection:
        await record(connection, [Present(work_lock, work=ISSUE_WHAT_IS_DUE, key=f"race-{n}") for n in races])
    await work(database)


async def overlap(database: Database, events: Sequence[Event[Any]], order: Sequence[int], works: int) -> None:
    """Write, then commit each of two pieces of news, in this order; the worker runs after step k if bit k is set."""
    open_: dict[int, AsyncExitStack] = {}
    for step, which in enumerate(order):
        if which not in open_:
            open_[which] = AsyncExitStack()
            connection = await open_[which].enter_async_context(database.transaction())
            await record(connection, facts_of(consumers, events[which]))
        else:
            await open_[which].aclose()
        if works >> step & 1:
            await work(database)


@pytest.mark.parametrize("meeting", MEETINGS, ids="-".join)
@pytest.mark.parametrize("order", OVERLAPS, ids=str)
async def test_news_that_does_not_see_each_other_is_not_overlooked(
    postgres_database: MakeDatabase, meeting: tuple[str, str], order: tuple[int, ...]
) -> None:
    """With the worker after any of the steps. SQLite has one writer, whose transactions can't overlap."""
    database = await postgres_database("billing")
    await known_before(database, range(16), meeting)
    for works in range(16):
        events = the_news(works)
        await overlap(database, [events[name] for name in meeting], order, works)
        await work(database)
        assert await standing(database, f"race-{works}") == {(organisation_number(works), 1): AMOUNTS[1]}
    assert await marks_left(database) == 0
    await check_everything_was_told_once(database)


@pytest.mark.parametrize("meeting", MEETINGS, ids="-".join)
async def test_news_in_either_order_is_not_overlooked(database: Database, meeting: tuple[str, str]) -> None:
    await known_before(database, range(8), meeting)
    for n, (order, works) in enumerate(itertools.product([(0, 1), (1, 0)], range(4))):
        events = the_news(n)
        for step, which in enumerate(order):
            await take(database, events[meeting[which]])
            if works >> step & 1:
                await work(database)
        await work(database)
        assert await standing(database, f"race-{n}") == {(organisation_number(n), 1): AMOUNTS[1]}
    assert await marks_left(database) == 0
    await check_everything_was_told_once(database)


@pytest.mark.parametrize("order", OVERLAPS, ids=str)
async def test_an_end_dated_back_and_a_completion_that_do_not_see_each_other_leave_nothing_standing(
    postgres_database: MakeDatabase, order: tuple[int, ...]
) -> None:
    database = await postgres_database("billing")
    for works in range(16):
        code = f"race-{works}"
        await take(database, programme(code), party(works), signed(works, programme=code))
        events: list[Event[Any]] = [
            completed(1, id=session_id(works), programme=code),
            ended(works, ends_on=date(2024, 9, 1), programme=code),
        ]
        await overlap(database, events, order, works)
        await work(database)
        assert await standing(database, code) == {}


async def test_news_that_is_committed_once_the_facts_were_read_keeps_its_mark(
    postgres_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker must not delete a mark whose fact it did not see."""
    database = await postgres_database("billing")
    await take(database, programme(), party(1), signed(1), completed(2))

    async def then_news(*args: Any, **kwargs: Any) -> set[str]:
        doubtful = await bring_up_to_date(*args, **kwargs)
        await take(database, completed(1))
        return doubtful

    with monkeypatch.context() as patch:
        patch.setattr(module, "bring_up_to_date", then_news)
        await issue_what_is_due(database, PROGRAMME, SELLER)
    second = {(organisation_number(1), 2): AMOUNTS[2]}
    assert await standing(database) == second
    await work(database)
    assert await standing(database) == {(organisation_number(1), 1): AMOUNTS[1]} | second


async def test_the_first_session_that_is_committed_once_nothing_was_found_to_be_due_keeps_its_mark(
    postgres_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await postgres_database("billing")
    await take(database, programme(), party(1), signed(1))
    nothing_is_due = agreements.nothing_is_due

    async def then_news(*args: Any) -> bool:
        found = await nothing_is_due(*args)
        await take(database, completed(1))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(agreements, "nothing_is_due", then_news)
        await issue_what_is_due(database, PROGRAMME, SELLER)
    assert await standing(database) == {}
    await work(database)
    assert await standing(database) == {(organisation_number(1), 1): AMOUNTS[1]}


async def test_programmes_that_issue_and_credit_at_the_same_moment_do_not_wait_for_each_other_in_a_circle(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each round every slice of every programme issues one instalment and credits the other."""
    monkeypatch.setattr(module, "SLICE", 3)
    codes = ["a", "b", "c"]
    each = range(1, 8)
    number = {(code, n): 100 * place + n for place, code in enumerate(codes) for n in each}
    for code in codes:
        await take(
            database,
            programme(code),
            *(party(number[code, n]) for n in each),
            *(signed(number[code, n], programme=code) for n in each),
        )
    for version in range(2, 10):
        for place, code in enumerate(codes):
            carries, carries_no_more = (1, 2) if version % 2 else (2, 1)
            held = completed(carries, version, id=session_id(10 * place + carries), programme=code)
            revoked = completion_revoked(
                carries_no_more, version, id=session_id(10 * place + carries_no_more), programme=code
            )
            await take(database, held, revoked)
        async with patiently():
            await asyncio.gather(*(issue_what_is_due(database, code, SELLER) for code in codes * 2))
            await work(database)
    for code in codes:
        assert await standing(database, code) == {(organisation_number(number[code, n]), 1): AMOUNTS[1] for n in each}
        assert len(await invoices(database, code)) == 8 * len(each)
    await check_everything_was_told_once(database)


async def test_series_that_are_opened_at_the_same_moment_get_ordinals_of_their_own(database: Database) -> None:
    codes = [f"programme-{n}" for n in range(1, 9)]
    for n, code in enumerate(codes, start=1):
        await take(
            database,
            programme(code),
            party(n),
            signed(n, programme=code),
            completed(1, id=session_id(n), programme=code),
        )
    await asyncio.gather(*(issue_what_is_due(database, code, SELLER) for code in codes * 3))
    await work(database)
    issued = [it for code in codes for it in await invoices(database, code)]
    assert len(issued) == len({it.kid for it in issued}) == len(codes)


@pytest.mark.parametrize("seed", range(20))
async def test_news_and_workers_all_at_once(database: Database, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shuffled, repeated, contradicting news, in small batches, with a worker after each."""
    monkeypatch.setattr(module, "SLICE", 3)
    monkeypatch.setattr(parties_module, "SLICE", 2)
    chance = random.Random(seed)
    history: list[Event[Any]] = [
        programme(),
        completed(1),
        completion_revoked(1),
        completed(1, version=4),
        completed(2),
        completed(3),
    ]
    ends = {n: chance.choice([None, None, date(2024, 9, 1), date(2025, 9, 1)]) for n in range(12)}
    for n, end in ends.items():
        last = ended(n, end, version=4) if end else end_taken_back(n)
        news: list[Event[Any]] = [party(n), signed(n), ended(n, date(2024, 9, 1)), last]
        history += news + chance.choices(news, k=2)
    chance.shuffle(history)

    async def consume(batch: list[Event[Any]]) -> None:
        await asyncio.sleep(chance.random() * 0.02)
        await take(database, *batch)
        await work(database)

    batches = [history[i : i + 4] for i in range(0, len(history), 4)]
    await asyncio.gather(*(consume(batch) for batch in batches))
    await work(database)
    assert await standing(database) == {
        (organisation_number(n), k): AMOUNTS[k]
        for n, end in ends.items()
        for k, day in DAYS.items()
        if end is None or end > day
    }
    assert await marks_left(database) == 0
    await check_everything_was_told_once(database)
