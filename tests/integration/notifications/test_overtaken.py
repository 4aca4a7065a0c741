"""What a later change has overtaken is not sent, by whatever door: retried alone, at another address, together, or raced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from services.notifications import tables
from services.notifications.letters.domain.kinds import KINDS, MATTERS, PURPOSES
from services.notifications.letters.domain.letter import Failed, Requeued
from services.notifications.letters.use_cases.retry_mail import retry_mail
from services.notifications.letters.use_cases.retry_mails import retry_mails
from shared.contracts import notifications as events
from shared.contracts.envelope import Event
from shared.database import Database
from shared.errors import Conflict
from tests.integration.notifications.world import ADA, BO, LATER, FakeAsk, queued, send, sending, take, work
from tests.support.events import (
    accepted,
    end_taken_back,
    ended,
    invoice,
    party,
    programme,
    received,
    session,
    signed,
    withdrawn,
)
from tests.support.facts import events_of
from tests.support.smtp import MailServer

BY = "an administrator"
NO_SUCH_USER = "550 5.1.1 no such user"

# What one and the same person is told, and what overtakes it.
SESSION: tuple[list[Event[Any]], Event[Any]] = (
    [accepted(1), session()],
    session("cancelled", version=2),
)
MOVED: tuple[list[Event[Any]], Event[Any]] = ([accepted(1), session()], session("moved", version=2, last_day=LATER))
END: tuple[list[Event[Any]], Event[Any]] = ([signed(1), ended(1, ends_on=LATER)], end_taken_back(1))
APPLICATION: tuple[list[Event[Any]], Event[Any]] = ([received(1)], accepted(1))
PAIRS = {
    "session_invitation": (SESSION, "session_cancellation"),
    "session_invitation ": (MOVED, "session_change"),
    "agreement_ended": (END, "agreement_end_taken_back"),
    "application_received": (APPLICATION, "application_accepted"),
}


@pytest.fixture(params=PAIRS)
async def earlier_and_later(
    request: pytest.FixtureRequest, database: Database, ask: FakeAsk, smtp: MailServer
) -> tuple[str, str]:
    """Bo was told of the later change alone; the mail of the earlier one has failed. The ids of the two."""
    (before, after), later = PAIRS[request.param]
    earlier = request.param.strip()
    ask.concerned(1, BO)
    await take(database, programme(), party(1), *before)
    await work(database, ask)
    smtp.answer(BO.email, NO_SUCH_USER)
    await send(database, smtp)
    smtp.answer(BO.email, "250 ok")
    await take(database, after)
    await work(database, ask)
    await send(database, smtp)
    (one,) = await queued(database, kind=earlier)
    (other,) = await queued(database, kind=later)
    assert (one.state, other.state) == ("failed", "sent")
    return one.id, other.id


async def one(database: Database, id: str) -> None:
    with pytest.raises(Conflict, match="overtaken"):
        await retry_mail(database, id, by=BY)


async def at_another_address(database: Database, id: str) -> None:
    with pytest.raises(Conflict, match="overtaken"):
        await retry_mail(database, id, address="bo.lind@kommune.example", by=BY)


async def together(database: Database, id: str) -> None:
    found = await retry_mails(database, Failed(), by=BY)
    assert found.overtaken >= 1


async def raced(database: Database, id: str) -> None:
    """It was queued again a moment before, or by a version that did not look; then the process starts anew."""
    async with database.transaction() as connection:
        await connection.execute(
            update(tables.mail).where(tables.mail.c.id == id).values(state="queued", changed_by=BY)
        )


@pytest.mark.parametrize("door", [one, at_another_address, together, raced])
async def test_it_is_not_sent(
    database: Database,
    smtp: MailServer,
    earlier_and_later: tuple[str, str],
    door: Callable[[Database, str], Awaitable[None]],
) -> None:
    earlier, later = earlier_and_later
    before = {it.message_id for it in smtp.deliveries}
    await door(database, earlier)
    await send(database, smtp)
    messages = {it.id: it.message_id for it in await queued(database)}
    after = {it.message_id for it in smtp.deliveries} - before
    assert messages[earlier] not in after | before
    assert messages[later] in before
    assert [it.state for it in await queued(database) if it.id == earlier] == ["failed"]


async def test_one_that_was_overtaken_between_its_retry_and_its_turn_is_told_to_have_failed_again(
    database: Database, smtp: MailServer, earlier_and_later: tuple[str, str]
) -> None:
    earlier, _ = earlier_and_later
    await raced(database, earlier)
    await send(database, smtp)
    told = [(it.type, it.data.version) for it in await events_of(database) if it.data.id == earlier]
    assert told == [(events.MAIL_FAILED.type, 2), (events.MAIL_FAILED.type, 3)]


async def test_mails_that_failed_are_tried_again_together_in_the_order_in_which_they_were_made(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    """The last that each person is to hear of each matter, and every document."""
    ask.concerned(1, ADA, BO)
    for it in (ADA, BO):
        smtp.answer(it.email, NO_SUCH_USER)
    news: list[Event[Any]] = [
        programme(),
        party(1),
        received(1),
        accepted(1),
        session(),
        session("moved", version=2, last_day=LATER),
        invoice(1),
    ]
    for event in news:
        await take(database, event)
        await work(database, ask)
        await send(database, smtp)
    assert {it.state for it in await queued(database)} == {"failed"}
    assert await retry_mails(database, Failed(programme="another"), by=BY) == Requeued(queued=0, overtaken=0, lost=0)
    assert await retry_mails(database, Failed(kind="invoice"), by=BY) == Requeued(queued=2, overtaken=0, lost=0)
    assert await retry_mails(database, Failed(reply=550), by=BY) == Requeued(queued=4, overtaken=4, lost=0)
    assert await retry_mails(database, Failed(), by=BY) == Requeued(queued=0, overtaken=4, lost=0)
    for it in (ADA, BO):
        smtp.answer(it.email, "250 ok")
    await sending(database, smtp).run()
    for it in (ADA, BO):
        kinds = [mail.kind for mail in await queued(database, person=it.person, state="sent")]
        assert kinds == ["application_accepted", "session_change", "invoice"]
        assert len(smtp.to(it.email)) == 3
    assert {it.changed_by for it in await queued(database, state="sent")} == {BY}


async def test_of_what_is_lost_nothing_is_tried_again(database: Database, ask: FakeAsk, smtp: MailServer) -> None:
    ask.concerned(1, BO)
    await take(database, programme(), party(1), invoice(1))
    await work(database, ask)
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(state="failed", name="", address="", content={}))
    assert await retry_mails(database, Failed(), by=BY) == Requeued(queued=0, overtaken=0, lost=1)


async def test_news_of_one_matter_arrive_in_their_order_where_the_first_is_put_off(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, BO)
    await take(database, programme(), party(1), signed(1), ended(1, ends_on=LATER))
    await work(database, ask)
    smtp.answer(BO.email, "451 busy")
    await send(database, smtp)
    smtp.answer(BO.email, "250 ok")
    await take(database, end_taken_back(1), invoice(1))
    await work(database, ask)
    await sending(database, smtp).run()
    assert {it.kind for it in await queued(database, state="sent")} <= {"invoice"}
    for _ in range(3):
        await send(database, smtp)
    order = {it.message_id: it.kind for it in await queued(database)}
    kinds = [order[it.message_id] for it in smtp.deliveries]
    assert [it for it in kinds if it != "invoice"] == [
        "agreement_signed",
        "agreement_ended",
        "agreement_end_taken_back",
    ]


def test_every_kind_is_of_a_matter_or_stands_for_itself() -> None:
    """A new kind of mail says here which."""
    of_matters = {it for kinds in MATTERS for it in kinds}
    of_sessions = set(KINDS) - PURPOSES.keys()
    alone = {"concern_raised", "concern_resolved", "invoice", "credit_note", "invoice_copy", "credit_note_copy"}
    answered = {"attendance_missing", "visit_unbooked"}  # by what is recorded or booked since
    assert of_matters | of_sessions | alone | answered == set(KINDS)


async def test_what_is_queued_is_not_sent_to_who_has_withdrawn_meanwhile_but_for_a_document(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, BO)
    ask.concerned(2, ADA)
    await take(database, programme(), party(1), party(2), accepted(1), accepted(2), invoice(1))
    await work(database, ask)
    await take(database, withdrawn(1))
    await work(database, ask)
    await send(database, smtp)
    states = {(it.kind, it.person): it.state for it in await queued(database)}
    assert states == {
        ("application_accepted", "bo"): "failed",
        ("application_accepted", "ada"): "sent",
        ("invoice", "bo"): "sent",
    }
    assert len(smtp.to(BO.email)) == 1
    (answer,) = await queued(database, kind="application_accepted", person="bo")
    with pytest.raises(Conflict, match="withdrawn"):
        await retry_mail(database, answer.id, by=BY)
    assert await retry_mails(database, Failed(), by=BY) == Requeued(queued=0, overtaken=1, lost=0)
