"""Who was asked to sign hears that the agreement was called back, and is not asked any more."""

from __future__ import annotations

from shared.contracts.questions import WhoIsConcerned
from shared.database import Database
from tests.integration.notifications.world import ADA, BO, EVA, FakeAsk, calendar, queued, send, take, work
from tests.support.events import accepted, agreement_id, amended, called_back, party, programme, sent, session
from tests.support.smtp import MailServer

ANOTHER = "0000000a-0000-7000-8000-000000000099"


async def test_who_is_to_sign_is_asked_for_by_the_agreement(database: Database, ask: FakeAsk) -> None:
    """Another may have been sent since, to others."""
    ask.concerned(1, BO)
    await take(database, programme(), party(1), sent(1), called_back(1), sent(1, id=ANOTHER))
    await work(database, ask)
    asked = [it.agreement for it in ask.asked if isinstance(it, WhoIsConcerned) and it.purpose == "agreement"]
    assert asked == [agreement_id(1), agreement_id(1), ANOTHER]


async def test_what_asks_to_sign_is_not_sent_once_the_agreement_is_called_back(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, ADA, BO)
    await take(database, programme(), party(1), sent(1))
    await work(database, ask)
    ask.concerned(1, ADA)  # by now: Bo was asked to sign, and is to be no more
    await take(database, called_back(1), sent(1, id=ANOTHER))
    await work(database, ask)
    for _ in range(2):  # the one that waits behind another of the same matter has its turn then
        await send(database, smtp)
    states = {(it.kind, it.person, it.state) for it in await queued(database)}
    assert states == {
        ("agreement_to_sign", "ada", "failed"),
        ("agreement_to_sign", "bo", "failed"),
        ("agreement_called_back", "ada", "sent"),
        ("agreement_to_sign", "ada", "sent"),
    }
    assert [it.recipients for it in smtp.deliveries] == [(ADA.email,), (ADA.email,)]


async def test_who_is_to_sign_no_more_is_not_asked(database: Database, ask: FakeAsk, smtp: MailServer) -> None:
    ask.concerned(1, ADA, BO)
    await take(database, programme(), party(1), sent(1))
    await work(database, ask)
    ask.concerned(1, ADA, EVA)  # who signs instead of Bo
    await take(database, amended(1, version=2, signed_on=None))
    await work(database, ask)
    for _ in range(2):
        await send(database, smtp)
    assert {(it.kind, it.person, it.state) for it in await queued(database)} == {
        ("agreement_to_sign", "ada", "sent"),
        ("agreement_to_sign", "bo", "failed"),
        ("agreement_amended", "ada", "sent"),
        ("agreement_amended", "eva", "sent"),
    }
    asked, *_, told = await queued(database, person="ada")
    assert told.content["contacts"] == ["Ada", "Eva"]
    assert told.content["before"] == asked.content["agreement"]


async def test_what_was_called_back_changes_nobodys_calendar(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1, BO)
    await take(database, programme(), party(1), accepted(1), session(), sent(1), called_back(1), sent(1, id=ANOTHER))
    await work(database, ask)
    await take(database, session("changed", version=2, place="Volda"))
    await work(database, ask)
    assert await calendar(database, BO) == [("session_invitation", 0)]
