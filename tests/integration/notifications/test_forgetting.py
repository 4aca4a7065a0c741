"""Somebody was erased: nobody writes to them any more, and no mail says who they were (N2)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sqlalchemy import Text, cast, select

from services.notifications import tables
from services.notifications.forgetting.use_cases.forget_people import forget_people
from services.notifications.forgetting.use_cases.say_what_is_kept import say_what_is_kept
from services.notifications.letters import repository as mails
from services.notifications.works import FORGET_PEOPLE
from shared.contracts.envelope import Event
from shared.contracts.questions import Recipient, Someone, WhatIsKeptOfPerson
from shared.database import Database
from shared.messaging.tables import set_aside
from tests.integration.notifications.world import ADA, BO, FakeAsk, queued, send, take, work
from tests.support.events import (
    accepted,
    concern_raised,
    group_changed,
    party,
    person_erased,
    programme,
    received,
    session,
)
from tests.support.facts import events_of
from tests.support.smtp import MailServer

GONE = Recipient(person="0000000f-0000-7000-8000-000000000001", name="Åse Å. Borte", email="aase@borte.example")
OTHER = "0000000f-0000-7000-8000-000000000002"  # whom nobody here knows
AS_CONTACT = Someone(name=GONE.name, email=GONE.email, phone="+47 900 00 009", person=GONE.person)


async def told(database: Database, ask: FakeAsk, smtp: MailServer) -> None:
    """Ada, and who is erased, were invited, and both hear of a concern, in whose mails each stands."""
    ask.concerned(1, ADA, GONE)
    ask.contact = AS_CONTACT
    ask.council = Someone(name="Eva Lie", email="eva@raadet.example", phone=None, person="eva")
    await take(database, programme(), party(1), received(1), accepted(1), session(), concern_raised(1))
    await work(database, ask)
    await send(database, smtp)


async def everything(database: Database) -> str:
    """All texts of all tables."""
    found = []
    async with database.reading() as connection:
        for table in tables.metadata.sorted_tables:
            columns = [cast(it, Text) for it in table.columns if it is not tables.sent_message.c.content]
            found += [str(row) for row in await connection.execute(select(*columns))]
    return "\n".join(found)


def is_named(text: str) -> list[str]:
    return [it for it in (GONE.name, json.dumps(GONE.name)[1:-1], GONE.email, "900 00 009") if it in text]


async def forget(database: Database) -> Event[Any]:
    await take(database, person_erased(GONE.person))
    await forget_people(database)
    return (await events_of(database))[-1]


async def test_all_that_says_who_they_were_is_emptied_and_counted(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await told(database, ask, smtp)
    assert is_named(await everything(database))
    to_others = len(await queued(database, person=ADA.person))
    answered = await forget(database)
    assert is_named(await everything(database)) == []
    counts = {it.what: it.count for it in answered.data.emptied}
    assert counts == {"invitations": 1, "mails": 4, "mails_to_others": 1, "messages_as_sent": 5}
    assert answered.data.id == GONE.person
    assert len(await queued(database, person=ADA.person)) == to_others
    async with database.reading() as connection:
        assert await mails.missing(connection) == []  # on purpose, and not lost


async def test_a_calendar_stays_as_it_is_for_everybody_else(database: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await told(database, ask, smtp)
    ask.concerned(1, ADA)
    await forget(database)
    before = len(await queued(database))
    await take(database, group_changed(1))
    await work(database, ask)
    assert len(await queued(database)) == before


async def test_what_waits_for_them_is_dropped_and_told_to_have_failed(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, ADA, GONE)
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    await forget(database)
    events = await events_of(database)
    assert [(it.type, it.data.person, it.data.state) for it in events[:-1]] == [
        ("kulturskole.notifications.mail.failed.v1", GONE.person, "failed")
    ]
    await send(database, smtp)
    assert (len(smtp.to(ADA.email)), smtp.to(GONE.email)) == (1, [])
    (dropped,) = await queued(database, person=GONE.person)
    assert (dropped.state, dropped.is_lost) == ("failed", True)
    async with database.reading() as connection:
        assert (await mails.named(connection, dropped.id)).late == "person_erased"


async def test_an_answer_from_before_the_erasure_writes_to_nobody_who_is_erased(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    """Registration had answered when the news of the erasure came."""
    ask.concerned(1, ADA, GONE)
    ask.contact = AS_CONTACT
    await take(database, programme(), party(1), received(1), accepted(1), session(), concern_raised(1))

    async def erased_meanwhile() -> None:
        ask.meanwhile = None
        await forget(database)

    ask.meanwhile = erased_meanwhile
    await work(database, ask)
    await send(database, smtp)
    assert smtp.to(GONE.email) == []
    assert smtp.to(ADA.email)
    assert is_named(await everything(database)) == []
    assert not any(is_named(str(it)) for it in smtp.to(ADA.email))


async def test_both_at_the_same_moment_leave_nothing(database: Database, ask: FakeAsk) -> None:
    for n in range(1, 6):
        ask.concerned(n, ADA, GONE)
    await take(database, programme(), *(party(n) for n in range(1, 6)))
    await take(database, *(received(n) for n in range(1, 6)), *(accepted(n) for n in range(1, 6)), session())
    await take(database, person_erased(GONE.person))
    await asyncio.gather(work(database, ask), forget_people(database))
    assert is_named(await everything(database)) == []


async def test_heard_again_nothing_is_told_again_until_something_of_them_is_back(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await told(database, ask, smtp)
    first = await forget(database)
    assert (await forget(database)).id == first.id
    async with database.transaction() as connection:  # as in a copy from before
        row = {"programme": "p", "party": "1", "person": GONE.person, "name": GONE.name, "address": GONE.email}
        await connection.execute(tables.invitee.insert(), row)
    second = await forget(database)
    assert (second.data.version, second.data.emptied[0].count) == (2, 1)


async def test_what_is_kept_of_somebody_is_said_part_by_part(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await told(database, ask, smtp)
    kept = await say_what_is_kept(database, WhatIsKeptOfPerson(person=GONE.person))
    assert [(it.name, it.email) for it in kept.invited] == [(GONE.name, GONE.email)]
    assert {it.state for it in kept.mails} == {"sent"}
    assert "concern_raised" in [it.kind for it in kept.mails]
    rest = await say_what_is_kept(database, WhatIsKeptOfPerson(person=GONE.person, after=kept.mails[0].id))
    assert (rest.invited, rest.mails) == ((), kept.mails[1:])
    await forget(database)
    assert await say_what_is_kept(database, WhatIsKeptOfPerson(person=GONE.person)) == rest.model_copy(
        update={"mails": ()}
    )
    assert BO.person not in {it.name for it in kept.mails}


async def test_an_address_that_is_refused_for_good_is_listed_until_a_mail_is_taken_or_it_is_another(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    async def failing() -> list[str]:
        async with database.reading() as connection:
            return [it.mail.address for it in await mails.failing(connection)]

    ask.concerned(1, ADA, GONE)
    for it in (ADA, GONE):
        smtp.answer(it.email, "550 no such user")
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    await send(database, smtp)
    assert await failing() == sorted([ADA.email, GONE.email])
    smtp.answer(ADA.email, "250 ok")
    ask.concerned(1, ADA, GONE.model_copy(update={"email": "ny@borte.example"}))
    await take(database, accepted(1))
    await work(database, ask)
    await send(database, smtp)
    assert await failing() == []


async def test_an_erasure_that_cannot_be_worked_off_is_seen_holds_up_no_other_and_is_answered_once_it_can(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, ADA, GONE)
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    unreadable = tables.mail.update().where(tables.mail.c.person == GONE.person)
    async with database.transaction() as connection:
        await connection.execute(unreadable.values(content=["nobody knows"]))
    await take(database, person_erased(GONE.person), person_erased(OTHER))
    await forget_people(database)
    assert [it.data.id for it in await events_of(database) if it.type.endswith("person.forgotten.v1")] == [OTHER]
    async with database.reading() as connection:
        (seen,) = await connection.execute(select(set_aside))
    assert (seen.work, seen.key) == (FORGET_PEOPLE, GONE.person)
    async with database.transaction() as connection:
        await connection.execute(unreadable.values(content={}))
    answered = await forget(database)
    assert (answered.data.id, is_named(await everything(database))) == (GONE.person, [])
    async with database.reading() as connection:
        assert (await connection.execute(select(set_aside))).all() == []
