from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest

from services.notifications.works import of_session
from shared.contracts import registration
from shared.contracts.envelope import Event
from shared.contracts.questions import SessionDetails, WhatSession, WhoIsConcerned
from shared.contracts.scheduling import Happened
from shared.database import Database
from shared.messaging import set_aside
from tests.integration.notifications.world import (
    ADA,
    BO,
    DAY,
    EVA,
    LATER,
    FakeAsk,
    calendar,
    marks_left,
    person,
    queued,
    take,
    waiting,
    work,
)
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import (
    PROGRAMME_NAME,
    accepted,
    agreement,
    application,
    called_back,
    ended,
    group_changed,
    organisation_number,
    party,
    programme,
    received,
    sent,
    session,
    session_id,
    signed,
    withdrawn,
)

ONE, TWO = organisation_number(1), organisation_number(2)
INVITED = ("session_invitation", 0)
AFTERWARDS = datetime(2024, 9, 27, tzinfo=UTC)


async def happens(database: Database, ask: FakeAsk, *events: Event[Any]) -> None:
    await take(database, *events)
    await work(database, ask)


@pytest.fixture
async def invited(database: Database, ask: FakeAsk) -> Database:
    """Ada was invited for party 1 to session 1."""
    await happens(database, ask, programme(), party(1, language_form="nynorsk"), accepted(1), session())
    assert await calendar(database, ADA) == [INVITED]
    return database


async def test_an_invitation_says_what_scheduling_told_and_what_it_answered(database: Database, ask: FakeAsk) -> None:
    link = "https://meet.example/1"
    ask.sessions[session_id(1)] = SessionDetails(title="Samling", place="Rådhuset", meeting_link=link)
    await happens(database, ask, programme(), party(1, language_form="nynorsk"), accepted(1), session())
    (mail,) = await queued(database, kind="session_invitation")
    assert (mail.person, mail.name, mail.address, mail.party) == ("ada", "Ada", "ada@kommune.example", ONE)
    assert (mail.session, mail.sequence, mail.event_id, mail.language) == (session_id(1), 0, None, "nn")
    assert mail.content == {
        "content_version": 1,
        "programme": PROGRAMME_NAME,
        "party": "Kommune 1",
        "is_with_party": False,
        "before": None,
        "why": None,
        "goes_to": [],
        "contact_person": None,
        "entry": {
            "title": "Samling",
            "first_day": "2024-09-24",
            "last_day": "2024-09-25",
            "starts_at": None,
            "ends_at": None,
            "duration_minutes": None,
            "place": "Rådhuset",
            "meeting_link": link,
            "format": "physical",
        },
    }
    assert await marks_left(database) == 0


ORDERS = list(itertools.permutations(range(4)))


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_whatever_comes_last_completes_what_it_takes_to_invite(
    database: Database, ask: FakeAsk, order: tuple[int, ...]
) -> None:
    news: list[Event[Any]] = [programme(), party(1), accepted(1), session()]
    for which in order:
        assert await calendar(database, ADA) == []
        await happens(database, ask, news[which])
        assert await marks_left(database) == 0
    assert await calendar(database, ADA) == [INVITED]


async def test_looking_again_changes_nothing(invited: Database, ask: FakeAsk) -> None:
    await happens(invited, ask, programme(version=2), party(1, version=2), group_changed(1), signed(1), session())
    assert await calendar(invited, ADA) == [INVITED]


async def test_who_joins_late_is_invited_to_what_is_yet_to_come(invited: Database, ask: FakeAsk) -> None:
    await happens(invited, ask, session(n=2, last_day=date(2024, 8, 30)))
    ask.concerned(2, BO)
    await happens(invited, ask, party(2), accepted(2))
    assert [(it.session, it.kind) for it in await queued(invited, person="bo", event_id=None)] == [
        (session_id(1), "session_invitation")
    ]
    assert await calendar(invited, ADA) == [INVITED]


async def test_who_takes_over_is_invited_and_who_hands_over_is_told(invited: Database, ask: FakeAsk) -> None:
    ask.concerned(1, BO, EVA)
    await happens(invited, ask, group_changed(1))
    assert await calendar(invited, ADA) == [INVITED, ("session_cancellation", 1)]
    assert await calendar(invited, BO) == await calendar(invited, EVA) == [INVITED]
    (farewell,) = await queued(invited, kind="session_cancellation")
    assert (farewell.content["why"], farewell.address) == ("handed_over", "ada@kommune.example")
    assert farewell.content["goes_to"] == ["Bo", "Eva"]


async def test_who_comes_back_is_invited_again_under_a_higher_sequence(invited: Database, ask: FakeAsk) -> None:
    ask.concerned(1)
    await happens(invited, ask, group_changed(1))
    ask.concerned(1, ADA)
    await happens(invited, ask, group_changed(1, version=2))
    assert await calendar(invited, ADA) == [INVITED, ("session_cancellation", 1), ("session_invitation", 2)]


async def test_an_agreement_that_ends_takes_the_sessions_from_then_on_out_of_the_calendars(
    invited: Database, ask: FakeAsk
) -> None:
    first, second = session_id(1), session_id(2)
    await happens(invited, ask, session(n=2, last_day=LATER))

    async def told(of: str) -> list[str]:
        return [it.kind for it in await queued(invited, session=of)]

    await happens(invited, ask, ended(1, ends_on=LATER))
    assert await told(first) == ["session_invitation"]
    assert await told(second) == ["session_invitation", "session_cancellation"]
    await happens(invited, ask, agreement(registration.AGREEMENT_END_TAKEN_BACK, 1, 4))
    assert await told(first) == ["session_invitation"]
    assert await told(second) == ["session_invitation", "session_cancellation", "session_invitation"]


async def test_a_session_that_is_told_under_another_programme_is_set_aside_and_the_others_go_on(
    invited: Database, ask: FakeAsk
) -> None:
    await happens(invited, ask, session("moved", version=9, programme="another"))
    await happens(invited, ask, party(1, 2), session(n=2, last_day=LATER))
    assert await calendar(invited, ADA) == [INVITED, INVITED]
    async with invited.reading() as connection:
        aside = await set_aside.listed(connection, beyond=None, limit=9)
    assert {(it.part, it.reason) for it in aside} == {(of_session(session_id(1)), "session_unknown")}
    assert await marks_left(invited) == 0


async def test_a_declined_party_is_invited_to_nothing(database: Database, ask: FakeAsk) -> None:
    declined = application(registration.APPLICATION_DECLINED, 1, 2)
    await happens(database, ask, programme(), party(1), received(1), session())
    await happens(database, ask, declined)
    assert await queued(database, event_id=None) == []
    assert not [it for it in ask.asked if isinstance(it, WhoIsConcerned) and it.purpose == "invitation"]


async def test_who_withdraws_has_all_entries_cancelled_and_is_asked_for_no_more(
    invited: Database, ask: FakeAsk
) -> None:
    await happens(invited, ask, session(n=2, last_day=LATER), withdrawn(1))
    ask.asked.clear()
    await happens(invited, ask, session(n=3, last_day=LATER), group_changed(1), party(1, version=2))
    assert await calendar(invited, ADA) == [INVITED, ("session_cancellation", 1)]
    assert not [it for it in ask.asked if isinstance(it, WhoIsConcerned)]
    await happens(invited, ask, application(registration.APPLICATION_ACCEPTED, 1, 5))
    assert sorted(sequence for kind, sequence in await calendar(invited, ADA) if kind == "session_invitation") == [
        0,
        0,
        0,
        2,
    ]


TAKEN_BACK = ("session_cancellation", "agreement_called_back")


async def told_but_what_is_taken_back(database: Database, party: str) -> list[str]:
    return [it.id for it in await queued(database, party=party) if it.kind not in TAKEN_BACK]


@pytest.mark.parametrize("seed", range(12))
async def test_a_party_that_withdrew_is_invited_to_nothing_in_any_order_of_news(
    postgres_database: MakeDatabase, sqlite_database: MakeDatabase, seed: int
) -> None:
    """Party 1 withdraws; Eva advises it and party 2, which stays."""
    random, ask = Random(seed), FakeAsk()
    database = await (postgres_database, sqlite_database)[seed % 2]("notifications")
    ask.concerned(1, ADA, EVA)
    ask.concerned(2, BO, EVA)
    visit = session(n=11, kind="guidance_visit", party=ONE, title=None)
    news: list[Event[Any]] = [
        *(programme(), party(1), party(2), received(1), received(2), accepted(1), accepted(2), withdrawn(1, 4)),
        application(registration.APPLICATION_CHANGED, 1, 3, state="accepted"),
        *(session(), session(n=2, last_day=LATER), session("moved", n=2, version=2), visit),
        *(group_changed(1), group_changed(1, 2), group_changed(2), sent(1), called_back(1), sent(2)),
    ]
    random.shuffle(news)
    has_withdrawn = False
    while news:
        batch = [news.pop() for _ in range(min(len(news), random.randint(1, 4)))]
        has_withdrawn |= any(it.type == registration.APPLICATION_WITHDRAWN.type for it in batch)
        before = await told_but_what_is_taken_back(database, ONE)
        await happens(database, ask, *batch, *random.sample(batch, random.randint(0, 1)))
        assert not has_withdrawn or await told_but_what_is_taken_back(database, ONE) == before
    assert await marks_left(database) == 0
    stands = {(it.person, it.session): it.kind for it in await queued(database) if it.session}
    still = {key for key, kind in stands.items() if kind != "session_cancellation"}
    assert still == {(who, session_id(n)) for who in ("bo", "eva") for n in (1, 2)}


async def test_a_move_goes_to_the_same_person_under_a_higher_sequence_and_says_what_it_was(
    invited: Database, ask: FakeAsk
) -> None:
    await happens(invited, ask, session("moved", version=2, last_day=LATER))
    assert await calendar(invited, ADA) == [INVITED, ("session_change", 1)]
    (move,) = await queued(invited, kind="session_change")
    assert (move.content["entry"]["last_day"], move.content["before"]["last_day"]) == ("2024-10-02", "2024-09-25")


async def test_a_move_in_the_middle_of_it_all_gives_the_entry_as_it_is_now(database: Database, ask: FakeAsk) -> None:
    await take(database, programme(), party(1), accepted(1), session("moved", version=2, last_day=LATER), session())
    await work(database, ask)
    (mail,) = await queued(database, event_id=None)
    assert (mail.kind, mail.content["entry"]["last_day"]) == ("session_invitation", "2024-10-02")


async def test_a_new_place_that_stands_in_no_event_is_asked_for_and_told(invited: Database, ask: FakeAsk) -> None:
    ask.sessions[session_id(1)] = SessionDetails(title="Fellessamling", place="Rådhuset", meeting_link=None)
    await happens(invited, ask, session("changed", version=2))
    (change,) = await queued(invited, kind="session_change")
    assert (change.content["entry"]["place"], change.content["before"]["place"]) == ("Rådhuset", None)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (session("cancelled", version=2), "cancelled"),
        (session("changed", version=2, last_day=None), "without_date"),
        (session("changed", version=2, party=TWO), "not_concerned"),
    ],
)
async def test_what_stands_no_longer_is_cancelled_once_and_says_why(
    invited: Database, ask: FakeAsk, now: Event[Any], why: str
) -> None:
    await happens(invited, ask, now)
    await happens(invited, ask, programme(version=2), group_changed(1))
    assert await calendar(invited, ADA) == [INVITED, ("session_cancellation", 1)]
    (mail,) = await queued(invited, kind="session_cancellation")
    assert mail.content["why"] == why
    assert mail.content["entry"]["last_day"] == "2024-09-25"


async def test_a_session_whose_cancellation_is_taken_back_comes_anew_under_a_higher_sequence(
    invited: Database, ask: FakeAsk
) -> None:
    await happens(invited, ask, session("cancelled", version=2))
    await happens(invited, ask, session("cancellation_revoked", version=3))
    assert await calendar(invited, ADA) == [INVITED, ("session_cancellation", 1), ("session_invitation", 2)]


async def test_who_was_never_invited_hears_of_no_cancellation(database: Database, ask: FakeAsk) -> None:
    await happens(database, ask, programme(), party(1), accepted(1), session("cancelled", version=2))
    assert await calendar(database, ADA) == []


async def test_a_session_that_is_completed_changes_no_calendar(invited: Database, ask: FakeAsk) -> None:
    await set_clock(invited, AFTERWARDS)
    await happens(invited, ask, session("completed", version=2))
    await happens(invited, ask, session("completion_revoked", version=3))
    assert await calendar(invited, ADA) == [INVITED]


async def test_a_session_wholly_in_the_past_is_left_alone(invited: Database, ask: FakeAsk) -> None:
    await set_clock(invited, AFTERWARDS)
    ask.concerned(1, BO)
    ask.sessions[session_id(1)] = SessionDetails(title="Annet navn", place=None, meeting_link=None)
    await happens(invited, ask, group_changed(1), session("changed", version=2))
    await happens(invited, ask, session("cancelled", version=3))
    assert await calendar(invited, ADA) == [INVITED]
    assert await calendar(invited, BO) == []


async def test_a_session_of_the_past_that_is_moved_ahead_is_told(invited: Database, ask: FakeAsk) -> None:
    await set_clock(invited, AFTERWARDS)
    await happens(invited, ask, session("moved", version=2, last_day=LATER))
    assert await calendar(invited, ADA) == [INVITED, ("session_change", 1)]


async def test_a_visit_stands_in_the_calendars_of_its_party_only(invited: Database, ask: FakeAsk) -> None:
    ask.concerned(2, BO)
    visit = session(n=2, kind="guidance_visit", party=TWO, title=None, last_day=LATER)
    of_the_plan = session(n=3, kind="guidance_visit", title=None)
    await happens(invited, ask, party(2), accepted(2), visit, of_the_plan)
    assert await calendar(invited, ADA) == [INVITED]
    assert {it.session for it in await queued(invited, person="bo", event_id=None)} == {
        session_id(1),
        session_id(2),
    }
    assert WhatSession(session=session_id(3)) not in ask.asked


async def test_an_advisor_of_two_parties_has_an_entry_once(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1, ADA, EVA)
    ask.concerned(2, EVA)
    await happens(database, ask, programme(), party(1), party(2), accepted(1), accepted(2), session())
    assert await calendar(database, EVA) == [INVITED]
    ask.concerned(1, ADA)
    await happens(database, ask, group_changed(1))
    assert await calendar(database, EVA) == [INVITED]
    ask.concerned(2)
    await happens(database, ask, group_changed(2))
    assert await calendar(database, EVA) == [INVITED, ("session_cancellation", 1)]


async def test_the_same_news_twice_is_one_invitation(database: Database, ask: FakeAsk) -> None:
    news: list[Event[Any]] = [programme(), party(1), accepted(1), session()]
    await happens(database, ask, *news, *news)
    await happens(database, ask, *news)
    assert await calendar(database, ADA) == [INVITED]


async def test_two_workers_at_once_tell_each_person_once(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1, ADA, EVA)
    ask.concerned(2, BO, EVA)
    await take(database, programme(), party(1), party(2), session(), session(n=2, last_day=LATER))
    await work(database, ask)
    await take(database, accepted(1), accepted(2))
    both_ask = asyncio.Barrier(2)
    ask.meanwhile = both_ask.wait  # neither has told anything when the other reads
    await asyncio.gather(work(database, ask), work(database, ask))
    told = [(it.session, it.person, it.sequence) for it in await queued(database, event_id=None)]
    assert sorted(told) == sorted((session_id(n), who, 0) for n in (1, 2) for who in ("ada", "bo", "eva"))
    assert await marks_left(database) == 0


async def test_a_worker_that_was_overtaken_does_not_bring_back_older_answers(database: Database, ask: FakeAsk) -> None:
    """While the first is told of Ada, Bo takes over and another worker takes care of it."""
    await take(database, programme(), party(1), accepted(1), session())
    elected = False

    async def elect() -> None:
        nonlocal elected
        if not elected and isinstance(ask.asked[-1], WhatSession):
            elected = True
            ask.concerned(1, BO)
            await take(database, group_changed(1))
            await work(database, ask)

    ask.meanwhile = elect
    await work(database, ask)
    assert elected
    assert await calendar(database, BO) == [INVITED]
    assert await calendar(database, ADA) == []
    assert await marks_left(database) == 0


@pytest.mark.parametrize("how", ["silent", "refused"])
@pytest.mark.parametrize("question", [WhoIsConcerned, WhatSession])
async def test_an_invitation_waits_for_an_answer(
    database: Database, ask: FakeAsk, question: type[Any], how: str
) -> None:
    getattr(ask, how).add(question)
    await happens(database, ask, programme(), party(1), accepted(1), session())
    assert await calendar(database, ADA) == []
    assert await marks_left(database) > 0
    why = {(it[0], it[2]) for it in await waiting(database) if it[0] == "session_invitation"}
    assert why == {("session_invitation", "answer")}
    getattr(ask, how).clear()
    await work(database, ask)
    assert await calendar(database, ADA) == [INVITED]
    assert await marks_left(database) == 0


async def test_nothing_is_told_by_halves(invited: Database, ask: FakeAsk) -> None:
    """The session's new days are known, and what else is new is not answered yet."""
    ask.silent.add(WhatSession)
    ask.concerned(1, ADA, BO)
    await happens(invited, ask, session("moved", version=2, last_day=LATER), group_changed(1))
    assert await calendar(invited, ADA) == [INVITED]
    assert await calendar(invited, BO) == []
    ask.silent.clear()
    await work(invited, ask)
    assert await calendar(invited, ADA) == [INVITED, ("session_change", 1)]
    assert await calendar(invited, BO) == [INVITED]


async def test_who_does_not_answer_about_one_party_holds_up_no_other(invited: Database, ask: FakeAsk) -> None:
    ask.silent.add(WhoIsConcerned)
    await happens(invited, ask, party(2), accepted(2), session("moved", version=2, last_day=LATER))
    assert await calendar(invited, ADA) == [INVITED, ("session_change", 1)]


async def test_what_waits_to_be_invited_says_for_what(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1)
    await happens(database, ask, accepted(1), session())
    assert ("session_invitation", ONE, "programme") in await waiting(database)
    await happens(database, ask, programme())
    assert ("session_invitation", ONE, "party") in await waiting(database)
    await happens(database, ask, party(1))
    assert ("session_invitation", ONE, "recipient") in await waiting(database)
    assert await marks_left(database) == 0
    ask.concerned(1, ADA)
    await happens(database, ask, group_changed(1))
    assert [it for it in await waiting(database) if it[0] == "session_invitation"] == [
        ("session_invitation", ONE, "sending")
    ]


@pytest.mark.parametrize(
    "nothing_to_come",
    [
        session(last_day=date(2024, 8, 31)),
        session(last_day=None),
        session("cancelled"),
        session(party=TWO, kind="guidance_visit"),
        session(kind="guidance_visit"),
        session(last_day=date(2026, 1, 10)),
    ],
    ids=["past", "without days", "cancelled", "another party's", "the plan's own line", "after the agreement's end"],
)
async def test_nobody_is_waited_for_to_be_invited_to_nothing(
    database: Database, ask: FakeAsk, nothing_to_come: Event[Any]
) -> None:
    ask.concerned(1)
    await happens(database, ask, programme(), party(1), accepted(1), ended(1, date(2026, 1, 1)), nothing_to_come)
    assert [it for it in await waiting(database) if it[0] == "session_invitation"] == []


async def test_programmes_do_not_mix(invited: Database, ask: FakeAsk) -> None:
    await happens(invited, ask, programme("annet"), session(n=2, programme="annet"))
    assert await calendar(invited, ADA) == [INVITED]


HAPPENED: tuple[Happened, ...] = ("moved", "moved", "cancellation_revoked", "cancelled")
DECIDED = [registration.APPLICATION_ACCEPTED] * 8 + [
    registration.APPLICATION_DECLINED,
    registration.APPLICATION_WITHDRAWN,
]


def some_step(random: Random, ask: FakeAsk, version: int) -> Event[Any]:
    """Something that changes who is concerned by what, in a programme of four parties, advisors and visits."""
    n = random.randint(1, 4)
    match random.randrange(5):
        case 0:
            ask.concerned(n, *random.sample([ADA, BO, EVA, person(f"person-{n}")], random.randint(0, 3)))
            return group_changed(n, version)
        case 1:
            day = random.choice([DAY, LATER, None])
            return session(random.choice(HAPPENED), n=n, version=version, last_day=day)
        case 2:
            whose = {"kind": "guidance_visit", "party": organisation_number(n)}
            return session(
                random.choice(HAPPENED), n=10 + n, version=version, last_day=random.choice([DAY, LATER]), **whose
            )
        case 3:
            return application(random.choice(DECIDED), n, version)
        case _:
            return ended(n, DAY, version) if random.random() < 0.2 else signed(n, version)


@pytest.mark.parametrize("seed", range(8))
async def test_looking_at_what_changed_finds_all_that_looking_at_everything_would(
    postgres_database: MakeDatabase, sqlite_database: MakeDatabase, seed: int
) -> None:
    make = (postgres_database, sqlite_database)[seed % 2]
    found = []
    for looks_at_everything in (False, True):
        random, ask, database = Random(seed), FakeAsk(), await make("notifications")
        await happens(database, ask, programme(), *(party(n) for n in range(1, 5)))
        for version in range(3, 63):
            step = some_step(random, ask, version)
            await happens(database, ask, step, *([programme(version=version)] if looks_at_everything else []))
        found.append(
            [
                (it.kind, it.session, it.person, it.sequence, it.party, it.address, it.content)
                for it in await queued(database)
                if it.session
            ]
        )
    assert len(found[0]) > 10
    assert found[0] == found[1]
