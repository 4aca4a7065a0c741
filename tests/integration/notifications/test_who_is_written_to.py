"""Who is written to, and whom a mail names: of those who share a mailbox one, and the council's people (N1, R8, R10)."""

from __future__ import annotations

from typing import Any

from shared.contracts import registration
from shared.contracts.questions import Someone, WhoIsConcerned
from shared.database import Database
from tests.integration.notifications.world import (
    ADA,
    ADVISOR,
    BO,
    FakeAsk,
    calendar,
    queued,
    take,
    waiting,
    work,
)
from tests.support import events
from tests.support.events import accepted, group_changed, party, programme, sent, session

SHARED = "post@kommune.example"
ADA_THERE, BO_THERE = (it.model_copy(update={"email": SHARED}) for it in (ADA, BO))
INGRID = Someone(name="Ingrid Moe", email="ingrid@raadet.example", phone="+47 900 00 003")
COORDINATOR = Someone(name="Ada", email=ADA.email, phone="+47 900 00 002")
ATTACHED, DETACHED = registration.ADVISOR_ATTACHED, registration.ADVISOR_DETACHED


def advisor(kind: Any, version: int) -> Any:
    changed = group_changed(1, version)
    return kind.event(changed.data, id=changed.id, time=changed.time)


async def test_of_two_who_share_a_mailbox_one_is_written_to_and_always_the_same(
    database: Database, ask: FakeAsk
) -> None:
    ask.concerned(1, BO_THERE)
    await take(database, programme(), party(1), accepted(1))
    await work(database, ask)
    ask.concerned(1, ADA_THERE, BO_THERE)
    await take(database, sent(1), session(n=1), group_changed(1))
    await work(database, ask)
    assert {it.person for it in await queued(database)} == {"bo"}
    ask.concerned(1, ADA_THERE)
    await take(database, group_changed(1, 2))
    await work(database, ask)
    assert await calendar(database, BO) == [("session_invitation", 0), ("session_cancellation", 1)]
    assert await calendar(database, ADA) == [("session_invitation", 0)]


async def test_who_is_corrected_into_the_mailbox_of_another_loses_the_second_entry(
    database: Database, ask: FakeAsk
) -> None:
    ask.concerned(1, ADA)
    ask.concerned(2, BO)
    await take(database, programme(), party(1), party(2), accepted(1), accepted(2), session(n=1))
    await work(database, ask)
    ask.concerned(2, BO.model_copy(update={"email": ADA.email}))
    await take(database, group_changed(2))
    await work(database, ask)
    assert await calendar(database, ADA) == [("session_invitation", 0)]
    (invited, cancelled) = (
        await queued(database, person=BO.person, kind="session_invitation"),
        await queued(database, person=BO.person, kind="session_cancellation"),
    )
    assert (len(invited), [it.content["why"] for it in cancelled]) == (1, ["stands_twice"])


async def test_two_who_become_one_have_one_entry(database: Database, ask: FakeAsk) -> None:
    twin = BO.model_copy(update={"name": ADA.name, "email": ADA.email})
    ask.concerned(1, ADA)
    ask.concerned(2, BO)
    await take(database, programme(), party(1), party(2), accepted(1), accepted(2), session(n=1))
    await work(database, ask)
    ask.concerned(2, ADA)
    await take(database, group_changed(1), group_changed(2))
    await work(database, ask)
    assert await calendar(database, ADA) == [("session_invitation", 0)]
    assert await calendar(database, twin) == [("session_invitation", 0), ("session_cancellation", 1)]


async def test_each_mail_names_the_programmes_contact_person(database: Database, ask: FakeAsk) -> None:
    ask.council = INGRID
    ask.concerned(1, ADA)
    await take(database, programme(), party(1), accepted(1), session(n=1))
    await work(database, ask)
    named = [it.content["contact_person"] for it in await queued(database)]
    assert named == [INGRID.model_dump()] * 2


async def test_a_concern_names_both_sides(database: Database, ask: FakeAsk) -> None:
    ask.contact, ask.advisor, ask.council = COORDINATOR, ADVISOR, INGRID
    ask.concerned(1, ADA)
    await take(database, programme(), party(1), events.concern_raised(1))
    await take(database, events.concern_raised(1, id=events.concern_id(2), raised_by="municipality"))
    await work(database, ask)
    mails = await queued(database)
    assert [it.content["contact"] for it in mails] == [COORDINATOR.model_dump()] * 2
    assert [it.content["of_council"]["name"] for it in mails] == ["Eva Lie", "Ingrid Moe"]
    asked = {it.raised_by for it in ask.asked if isinstance(it, WhoIsConcerned) and it.purpose == "concern"}
    assert asked == {"council", "municipality"}


async def test_a_municipality_is_told_who_its_advisor_is_and_when_that_changes(
    database: Database, ask: FakeAsk
) -> None:
    ask.advisor = ADVISOR
    ask.concerned(1, ADA)
    await take(database, programme(), party(1), advisor(ATTACHED, 1))
    await work(database, ask)
    ask.advisor = None
    await take(database, advisor(DETACHED, 2))
    await work(database, ask)
    assert [(it.kind, it.person) for it in await queued(database)] == [
        ("advisor_attached", "ada"),
        ("advisor_detached", "ada"),
    ]


async def test_what_is_no_longer_so_is_not_told_of_an_advisor(database: Database, ask: FakeAsk) -> None:
    ask.advisor = ADVISOR
    ask.concerned(1, ADA)
    await take(database, programme(), party(1), advisor(ATTACHED, 1), advisor(DETACHED, 2), advisor(ATTACHED, 3))
    await work(database, ask)
    assert {it.kind for it in await queued(database)} == {"advisor_attached"}
    assert {why for _, _, why in await waiting(database)} == {"sending"}  # and none waits to be written
