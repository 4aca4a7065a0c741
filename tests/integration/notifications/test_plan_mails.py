"""The mail with the plan: to each party that is accepted, once it is published, and after each revision (S6, N1)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from services.notifications import tables
from services.notifications.letters import contents
from services.notifications.letters.domain.content import MailingContent
from services.notifications.sending.use_cases.say_what_publishing_sends import say_what_publishing_sends
from shared.contracts.envelope import Event
from shared.contracts.questions import PlanAsItStands, PlanLine, WhatPlan, WhatPublishingSends
from shared.database import Database
from shared.when import Days, Weeks, When
from tests.integration.notifications.world import (
    ADA,
    BO,
    EVA,
    RULES,
    FakeAsk,
    marks_left,
    person,
    queued,
    send,
    take_as_told,
    waiting,
    work,
)
from tests.support.events import (
    AT,
    accepted,
    ended,
    organisation_number,
    party,
    plan_published,
    plan_revised,
    programme,
    session,
    session_id,
    withdrawn,
)
from tests.support.smtp import MailServer
from tests.support.statements import statements

PUBLISHED = plan_published(published_on=AT.date())
OF_THE_PLAN = ("plan_published", "plan_revised")
JOINT = PlanLine(
    session=session_id(1),
    title="Fellessamling 1",
    format="physical",
    when=When(days=Days(first=date(2024, 9, 24), last=date(2024, 9, 25))),
    place="Kimen, Stjørdal",
)
VISITS = PlanLine(
    session=session_id(2),
    title="Veiledningsbesøk 1",
    format="undecided",
    when=When(weeks=(Weeks(year=2024, first=40, last=44),), months=("2024-10",)),
    place=None,
)


@pytest.fixture
def ask(ask: FakeAsk) -> FakeAsk:
    """Ada hears for party 1 and Bo for party 2; Eva advises both."""
    ask.concerned(1, ADA, EVA)
    ask.concerned(2, BO, EVA)
    ask.plan = PlanAsItStands(revision=1, sessions=(JOINT, VISITS))
    return ask


async def happens(database: Database, ask: FakeAsk, *events: Event[Any]) -> None:
    await take_as_told(database, *events)
    await work(database, ask)


async def told(database: Database) -> list[tuple[str, str]]:
    return sorted((it.person or "", it.kind) for it in await queued(database) if it.kind in OF_THE_PLAN)


async def sessions(database: Database, person: str) -> list[tuple[str, str, str]]:
    """Of the last such mail to somebody."""
    mail = [it for it in await queued(database, person=person) if it.kind in OF_THE_PLAN][-1]
    content = contents.read(mail.kind, mail.content)
    assert isinstance(content, MailingContent)
    assert content.plan is not None
    return [
        (it.title, it.told.replace("\N{NO-BREAK SPACE}", " "), it.before.replace("\N{NO-BREAK SPACE}", " "))
        for it in content.plan.sessions
    ]


async def revised(database: Database, ask: FakeAsk, revision: int, first: date) -> None:
    """The joint session is all that there is, and on this day and the next."""
    moved = JOINT.model_copy(update={"when": When(days=Days(first=first, last=first + timedelta(days=1)))})
    ask.plan = PlanAsItStands(revision=revision, sessions=(moved,))
    await happens(database, ask, plan_revised(version=revision))


async def test_each_party_that_is_accepted_gets_the_plan_and_an_advisor_of_several_once(
    database: Database, ask: FakeAsk
) -> None:
    await happens(database, ask, programme(), party(1), party(2), party(3), accepted(1), accepted(2), PUBLISHED)
    once = [("ada", "plan_published"), ("bo", "plan_published"), ("eva", "plan_published")]
    assert await told(database) == once
    assert len([it for it in ask.asked if isinstance(it, WhatPlan)]) == 1
    joint = "24.–25. september 2024\nfysisk, Kimen, Stjørdal"
    visits = "oktober 2024 (uke 40–44)"
    assert await sessions(database, "ada") == [
        ("Fellessamling 1", joint, joint),
        ("Veiledningsbesøk 1", visits, visits),
    ]
    assert await marks_left(database) == 0
    await happens(database, ask, programme(version=2), accepted(1))
    assert await told(database) == once


async def test_who_is_accepted_later_gets_it_then(database: Database, ask: FakeAsk) -> None:
    await happens(database, ask, programme(), party(1), party(2), accepted(1), PUBLISHED)
    await happens(database, ask, accepted(2))
    assert [person for person, _ in await told(database)] == ["ada", "bo", "eva"]


async def test_after_a_revision_each_gets_what_is_so_now_with_what_was_so_before(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await happens(database, ask, programme(), party(1), accepted(1), PUBLISHED)
    await send(database, smtp, ask)
    moved = JOINT.model_copy(update={"when": When(days=Days(first=date(2024, 10, 1), last=date(2024, 10, 2)))})
    third = JOINT.model_copy(update={"session": session_id(3), "title": "Fellessamling 2"})
    ask.plan = PlanAsItStands(revision=2, sessions=(third, moved))
    await happens(database, ask, plan_revised())
    assert await told(database) == [(it, kind) for it in ("ada", "eva") for kind in OF_THE_PLAN]
    assert await sessions(database, "ada") == [
        ("Fellessamling 2", "24.–25. september 2024\nfysisk, Kimen, Stjørdal", ""),
        (
            "Fellessamling 1",
            "1.–2. oktober 2024\nfysisk, Kimen, Stjørdal",
            "24.–25. september 2024\nfysisk, Kimen, Stjørdal",
        ),
        ("Veiledningsbesøk 1", "Avlyst", "oktober 2024 (uke 40–44)"),
    ]


async def test_what_a_later_revision_has_overtaken_is_not_written(database: Database, ask: FakeAsk) -> None:
    """Two at once: the plan is asked for after both."""
    ask.plan = PlanAsItStands(revision=3, sessions=(JOINT,))
    await happens(database, ask, programme(), party(1), accepted(1), plan_revised())
    assert await told(database) == []
    await happens(database, ask, plan_revised(version=3))
    assert await told(database) == [("ada", "plan_published"), ("eva", "plan_published")]


async def test_who_was_never_written_to_about_the_plan_is_not_told_that_it_is_changed(
    database: Database, ask: FakeAsk
) -> None:
    """It was revised before its publication had led to any letter."""
    ask.plan = PlanAsItStands(revision=2, sessions=(JOINT,))
    await happens(database, ask, programme(), party(1), accepted(1), PUBLISHED)
    assert await told(database) == []
    await happens(database, ask, plan_revised())
    assert await told(database) == [("ada", "plan_published"), ("eva", "plan_published")]


async def test_what_is_revised_before_it_is_sent_is_sent_as_it_is_then_alone(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    """Nothing was sent before, so that it is no change."""
    await happens(database, ask, programme(), party(1), accepted(1), PUBLISHED)
    await revised(database, ask, 2, date(2024, 10, 1))
    for _ in range(2):  # the second waits until the first is settled
        await send(database, smtp, ask)
    of_plan = [it for it in await queued(database, person="ada") if it.kind in OF_THE_PLAN]
    assert [(it.kind, it.state) for it in of_plan] == [("plan_published", "failed"), ("plan_published", "sent")]
    delivered = {it.message_id for it in smtp.deliveries}
    assert [it.message_id in delivered for it in of_plan] == [False, True]
    _, now, before = (await sessions(database, "ada"))[0]
    assert now == before


@pytest.mark.parametrize("gone", [{"state": "failed"}, {"name": "", "address": "", "content": {}, "erased": True}])
async def test_what_was_so_before_is_what_the_party_had_last(
    database: Database, ask: FakeAsk, smtp: MailServer, gone: dict[str, Any]
) -> None:
    """Not what failed to reach it, nor what it is no longer known to have had, as where its reader was erased."""
    await happens(database, ask, programme(), party(1), accepted(1), PUBLISHED)
    await send(database, smtp, ask)
    await revised(database, ask, 2, date(2024, 10, 1))
    await send(database, smtp, ask)
    async with database.transaction() as connection:
        second = (tables.mail.c.kind == "plan_revised") & (tables.mail.c.state == "sent")
        await connection.execute(update(tables.mail).where(second).values(**gone))
    await revised(database, ask, 3, date(2024, 10, 8))
    _, now, before = (await sessions(database, "ada"))[0]
    assert now.startswith("8.–9. oktober")
    assert before.startswith("24.–25. september")


async def test_of_a_plan_from_before_nobody_is_written_to_until_it_is_revised(database: Database, ask: FakeAsk) -> None:
    await happens(database, ask, programme(), party(1), accepted(1), plan_published())
    assert await told(database) == []
    ask.plan = PlanAsItStands(revision=2, sessions=(JOINT,))
    await happens(database, ask, plan_revised(published_on=None))
    assert await told(database) == [("ada", "plan_published"), ("eva", "plan_published")]


async def test_who_has_withdrawn_or_left_hears_nothing_of_it(database: Database, ask: FakeAsk) -> None:
    await happens(database, ask, programme(), party(1), party(2), accepted(1), accepted(2), withdrawn(1))
    await happens(database, ask, ended(2, date(2024, 8, 1)), PUBLISHED)
    assert await told(database) == []


async def test_while_nobody_answers_it_waits_and_is_seen(database: Database, ask: FakeAsk) -> None:
    ask.silent = {WhatPlan}
    await happens(database, ask, programme(), party(1), accepted(1), PUBLISHED)
    assert ("plan_published", organisation_number(1), "answer") in await waiting(database)
    ask.silent = set()
    await work(database, ask)
    assert await told(database) == [("ada", "plan_published"), ("eva", "plan_published")]


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_the_news_come_each_is_told_once(database: Database, ask: FakeAsk, seed: int) -> None:
    news: list[Event[Any]] = [programme(), party(1), party(2), accepted(1), accepted(2), PUBLISHED]
    Random(seed).shuffle(news)
    for one in news:
        await happens(database, ask, one)
    assert [person for person, _ in await told(database)] == ["ada", "bo", "eva"]


async def published_for(database: Database, ask: FakeAsk, first: int, count: int) -> int:
    """How many statements it takes to publish a plan for so many parties, from `first` on, once all are known.

    With a session for all of them, and a visit with each.
    """
    code, those = f"program-{first}", range(first, first + count)
    for n in those:
        ask.concerned(n, person(f"person-{n}"), EVA)
    await happens(database, ask, programme(code), *map(party, those), *(accepted(n, programme=code) for n in those))
    visit: dict[str, Any] = {"kind": "guidance_visit", "number": 1, "programme": code}
    visits = [session(n=5_000 + n, party=organisation_number(n), **visit) for n in those]
    await happens(database, ask, session(n=first, programme=code), *visits)
    await take_as_told(database, plan_published(code, published_on=AT.date()))
    with statements() as made:
        sends = await say_what_publishing_sends(database, WhatPublishingSends(programme=code), ahead=RULES.ahead)
        await work(database, ask)
    mails = Counter(it.kind for it in await queued(database, programme=code))
    assert (mails["plan_published"], mails["session_invitation"]) == (count + 1, count + 1 + 2 * count)
    assert (sends.plans, sends.invitations) == (mails["plan_published"], mails["session_invitation"])
    return len(made)


async def test_publishing_takes_as_many_statements_for_a_hundred_municipalities_as_for_ten(
    database: Database, ask: FakeAsk
) -> None:
    assert await published_for(database, ask, 100, 100) == await published_for(database, ask, 1000, 10)
