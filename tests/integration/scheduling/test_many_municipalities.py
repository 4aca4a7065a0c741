"""What is done to a plan, and told of its visits, takes as many statements for a hundred municipalities as for ten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.scheduling.circumstances.domain.plan_warning import Acceptance
from services.scheduling.consumers import consumers
from services.scheduling.guidance.use_cases.tell_unbooked_visits import tell_unbooked_visits
from services.scheduling.plans.domain.revision import Move
from services.scheduling.plans.use_cases.plan_session import plan_session
from services.scheduling.plans.use_cases.publish_plan import publish_plan
from services.scheduling.plans.use_cases.revise_plan import move_many, postpone
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.domain.session import Session
from shared.contracts.scheduling import UnbookedVisit
from shared.database import Database
from shared.errors import NotAccepted
from shared.ids import new_id
from shared.when import Days, When
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME, accepted, group_changed, organisation_number, party, programme
from tests.support.facts import events_of, take
from tests.support.statements import statements

FEW, MANY = 10, 100
SEEN = Acceptance(codes=frozenset({"advisor_in_two_places"}), because="To lag")
ADVISORS = 4
Act = Callable[[Database, str], Awaitable[Any]]


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("scheduling")
    await set_clock(database, datetime(2024, 9, 1, 8, tzinfo=UTC))
    return database


def session(code: str, **changes: Any) -> Session:
    fields: dict[str, Any] = {"id": new_id(), "version": 1, "programme": code, "party": None, "format": "physical"}
    fields |= {"instalment": None, "place": None, "meeting_link": None, "state": "planned", "number": 1}
    return Session(**fields | changes)


async def planned(database: Database, code: str, count: int) -> str:
    """A draft with a joint session, the line of the visits and a visit with each of so many, by a few advisors on one day."""
    first = 100 if count == MANY else 1000
    numbers = range(first, first + count)
    advisors = [new_id() for _ in range(ADVISORS)]
    for n in numbers:
        news = party(n), accepted(n, programme=code), group_changed(n, programme=code, advisor=advisors[n % ADVISORS])
        await take(consumers, database, *([programme(code)] if n == first else []), *news)
    joint, visits = When(days=Days(first=date(2024, 9, 24), last=date(2024, 9, 25))), When(months=("2024-10",))
    await plan_session(database, session(code, kind="joint_session", title="Fellessamling 1", when=joint), by="me")
    await plan_session(database, session(code, kind="guidance_visit", title="Veiledningsbesøk 1", when=visits), by="me")
    day = When(days=Days(first=date(2024, 10, 7), last=date(2024, 10, 7)))
    for n in numbers:
        visit = session(code, kind="guidance_visit", title="Veiledningsbesøk 1", when=day, party=organisation_number(n))
        await plan_session(database, visit, SEEN, by="me")
    return code


async def publish(database: Database, code: str) -> None:
    await publish_plan(database, code, by="me")


async def move_all_visits(database: Database, code: str) -> None:
    """To another day, on which what speaks against it is answered first."""
    async with database.reading() as connection:
        found = await session_rows.standing(connection, code, None)
    day = date(2024, 10, 8)
    moves = [Move(session=it.id, when=When(days=Days(first=day, last=day))) for it in found if it.party]
    with pytest.raises(NotAccepted):
        await move_many(database, code, moves, revision=1, reason="other", by="me")
    await move_many(database, code, moves, SEEN, revision=1, reason="other", by="me")


async def postpone_all(database: Database, code: str) -> None:
    await postpone(database, code, 1, SEEN, revision=1, reason="postponed", by="me")


async def counted(database: Database, code: str, act: Act) -> int:
    with statements() as told:
        await act(database, code)
    return len(told)


async def test_each_act_takes_as_many_statements_for_a_hundred_municipalities_as_for_ten(database: Database) -> None:
    few, many = await planned(database, "few-2024-2026", FEW), await planned(database, "many-2024-2026", MANY)
    for act in (publish, move_all_visits, postpone_all):
        assert await counted(database, many, act) == await counted(database, few, act), act.__name__


async def test_as_many_visits_as_are_not_booked_are_told_of_in_the_same_statements(make_database: MakeDatabase) -> None:
    counts, told = [], []
    for count in (FEW, MANY):
        database = await make_database("scheduling")
        await set_clock(database, datetime(2024, 9, 1, 8, tzinfo=UTC))
        news = [news(n) for n in range(1, count + 1) for news in (party, accepted)]
        advised = [group_changed(n, advisor=new_id()) for n in range(1, count + 1)]
        await take(consumers, database, programme(), *news, *advised)
        line = session(PROGRAMME, kind="guidance_visit", title="Veiledningsbesøk 1", when=When(months=("2024-10",)))
        await plan_session(database, line, by="me")
        await publish_plan(database, PROGRAMME, by="me")
        await set_clock(database, datetime(2024, 10, 20, 8, tzinfo=UTC))
        with statements() as made:
            await tell_unbooked_visits(database)
        counts.append(len(made))
        told.append(sum(isinstance(it.data, UnbookedVisit) for it in await events_of(database)))
    assert told == [FEW, MANY]
    assert counts[0] == counts[1]
