"""What becomes of queued mails, with a real SMTP server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import update
from structlog.testing import capture_logs

from services.notifications import tables
from services.notifications.letters import contents, telling
from services.notifications.letters import repository as mails
from services.notifications.letters.domain.letter import Mail
from services.notifications.letters.domain.outcome import Outcome
from services.notifications.letters.use_cases.retry_mail import retry_mail
from services.notifications.sending.use_cases.send_mails import MailSending, settle
from shared.clock import real_now
from shared.contracts import notifications as events
from shared.contracts.questions import Recipient
from shared.database import Database
from shared.errors import Conflict, NotFound
from tests.integration.notifications.world import (
    ADA,
    BO,
    LATER,
    FakeAsk,
    person,
    queued,
    send,
    sending,
    take,
    waiting,
    work,
)
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import (
    AT,
    PROGRAMME,
    accepted,
    invoice,
    organisation_number,
    party,
    programme,
    received,
    session,
    session_id,
)
from tests.support.facts import events_of
from tests.support.smtp import MailServer

ONE = organisation_number(1)
RECEIVED = "application_received"


@pytest.fixture
async def database(database: Database, ask: FakeAsk) -> Database:
    """One mail to Ada is queued."""
    await take(database, programme(), party(1, language_form="nynorsk"), received(1))
    await work(database, ask)
    return database


async def the_mail(database: Database) -> Mail:
    (mail,) = await queued(database)
    return mail


async def claim(database: Database, *, lease: timedelta) -> Mail:
    """As another process that is sending it, or has died doing so."""
    async with database.transaction() as connection:
        (mail,) = await mails.claim(connection, lease=lease, at_most=1)
    return mail


async def has_been_tried(database: Database, times: int) -> None:
    """So often that the next pause outlasts any test."""
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(tries=times))


async def test_a_mail_arrives_and_that_it_was_sent_is_told_by_the_id_of_to_whom_alone(
    database: Database, smtp: MailServer
) -> None:
    await send(database, smtp)
    (delivery,) = smtp.deliveries
    mail = await the_mail(database)
    assert delivery.recipients == (ADA.email,)
    assert delivery.message["To"] == "Ada <ada@kommune.example>"
    assert delivery.message["Subject"] == "Søknaden frå Kommune 1 er motteken"
    assert delivery.message["Message-ID"] == mail.message_id
    assert delivery.message["Content-Language"] == "nn"
    assert (mail.state, mail.version, mail.sent_at, mail.reply) == ("sent", 2, AT, None)
    (event,) = await events_of(database)
    assert event.type == events.MAIL_SENT.type
    assert event.data.model_dump() == {
        "version": 2,
        "id": mail.id,
        "kind": RECEIVED,
        "programme": PROGRAMME,
        "party": ONE,
        "state": "sent",
        "event": mail.event_id,
        "person": "ada",
        "session": None,
        "sequence": None,
        "repeats": None,
        "lead_days": None,
        "first_day": None,
        "fingerprint": contents.fingerprint(mail.kind, mail.content),
    }
    assert "@" not in event.model_dump_json()
    assert await waiting(database) == []


async def test_what_was_sent_is_not_sent_again(database: Database, smtp: MailServer) -> None:
    await send(database, smtp)
    await send(database, smtp)
    assert len(smtp.deliveries) == 1
    assert len(await events_of(database)) == 1


async def test_it_says_when_it_was_made_however_late_it_is_sent(database: Database, smtp: MailServer) -> None:
    await set_clock(database, AT + timedelta(days=1))
    await send(database, smtp)
    (message,) = smtp.to(ADA.email)
    assert message["Date"].datetime == AT
    assert (await the_mail(database)).sent_at == AT + timedelta(days=1)


@pytest.mark.parametrize("reply", ["421 shutting down", "451 busy", "452 full"])
async def test_who_is_put_off_is_tried_again_later_with_the_same_message_id(
    database: Database, smtp: MailServer, reply: str
) -> None:
    smtp.answer(ADA.email, reply)
    await has_been_tried(database, 20)
    before = await the_mail(database)
    run = sending(database, smtp)
    await run.run()
    put_off = await the_mail(database)
    assert (put_off.state, put_off.tries, put_off.reply) == ("queued", 21, int(reply[:3]))
    assert put_off.try_at > before.try_at
    assert await waiting(database) == [(RECEIVED, ONE, "retry")]
    assert await events_of(database) == []
    smtp.answer(ADA.email, "250 ok")
    await run.run()
    assert smtp.deliveries == []  # its time has not come
    await send(database, smtp)
    assert [it["Message-ID"] for it in smtp.to(ADA.email)] == [before.message_id]
    assert [it.type for it in await events_of(database)] == [events.MAIL_SENT.type]


async def test_who_is_refused_has_failed_and_is_told_and_never_tried_again_by_itself(
    database: Database, smtp: MailServer
) -> None:
    smtp.answer(ADA.email, "550 no such user")
    await send(database, smtp)
    mail = await the_mail(database)
    assert (mail.state, mail.reply, mail.sent_at, mail.tries) == ("failed", 550, None, 1)
    (event,) = await events_of(database)
    assert (event.type, event.data.state, event.data.id) == (events.MAIL_FAILED.type, "failed", mail.id)
    assert "@" not in event.model_dump_json()
    smtp.answer(ADA.email, "250 ok")
    await send(database, smtp)
    assert smtp.deliveries == []
    assert len(await events_of(database)) == 1


async def test_who_is_put_off_for_48_hours_has_failed(database: Database, smtp: MailServer) -> None:
    smtp.answer(ADA.email, "451 busy")
    await send(database, smtp)
    async with database.transaction() as connection:
        long_ago = real_now() - timedelta(hours=49)
        await connection.execute(update(tables.mail).values(put_off_at=long_ago))
    await send(database, smtp)
    assert (await the_mail(database)).state == "failed"
    assert [it.type for it in await events_of(database)] == [events.MAIL_FAILED.type]


async def test_one_who_is_refused_or_put_off_does_not_hold_up_the_others(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    smtp.answer(ADA.email, "550 no such user")
    smtp.answer(BO.email, "451 busy")
    people = [BO, *(person(f"person-{n}") for n in range(10))]
    ask.concerned(1, *people)
    await take(database, accepted(1))
    await work(database, ask)
    await send(database, smtp)
    assert {it.recipients for it in smtp.deliveries} == {(it.email,) for it in people if it != BO}
    states = {it.person: it.state for it in await queued(database)}
    assert (states.pop("ada"), states.pop("bo"), set(states.values())) == ("failed", "queued", {"sent"})


async def test_a_connection_lost_before_the_250_keeps_the_mail_and_sends_it_again_under_its_message_id(
    database: Database, smtp: MailServer
) -> None:
    smtp.drop_before_confirming()
    await send(database, smtp)
    mail = await the_mail(database)
    assert (mail.state, mail.reply) == ("queued", None)
    assert await events_of(database) == []
    await send(database, smtp)
    assert [it["Message-ID"] for it in smtp.to(ADA.email)] == [mail.message_id] * 2
    assert [it.type for it in await events_of(database)] == [events.MAIL_SENT.type]


async def test_who_is_told_to_finish_sends_what_is_in_hand_and_takes_no_further_mail(
    database: Database, smtp: MailServer
) -> None:
    many = [event for n in range(2, 12) for event in (party(n), received(n))]
    await take(database, *many)
    ask = FakeAsk()
    for n in range(2, 12):
        ask.concerned(n, ADA)
    await work(database, ask)
    it = sending(database, smtp, smtp_connections=1)
    running = asyncio.create_task(it.run())
    while not smtp.deliveries:  # noqa: ASYNC110 - as soon as it can be, and a mail takes only milliseconds
        await asyncio.sleep(0.001)
    it.finish()
    await running
    sent = await queued(database, state="sent")
    assert 1 <= len(sent) == len(smtp.deliveries) < 11
    assert [mail.tries for mail in await queued(database, state="queued")] == [0] * (11 - len(sent))


async def test_an_outcome_is_kept_in_hand_while_the_database_is_away(
    database: Database, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forgotten, it would have the mail sent a second time."""
    transaction, begun = database.transaction, 0

    def away_for_a_while(**options: bool) -> Any:
        nonlocal begun
        begun += 1
        if smtp.deliveries and begun < 12:
            raise ConnectionRefusedError
        return transaction(**options)

    monkeypatch.setattr(database, "transaction", away_for_a_while)
    await send(database, smtp, smtp_connections=1)
    (mail,) = await queued(database, state="sent")
    assert (mail.tries, len(smtp.to(ADA.email))) == (1, 1)


async def test_an_outcome_is_kept_whatever_goes_wrong_with_recording_it(
    database: Database, smtp: MailServer, ask: FakeAsk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.concerned(1, *(person(f"person-{n}") for n in range(10)))
    await take(database, accepted(1))
    await work(database, ask)
    transaction = database.transaction

    def fails(**options: bool) -> Any:
        if smtp.deliveries:
            raise ZeroDivisionError
        return transaction(**options)

    it = sending(database, smtp)
    with monkeypatch.context() as patch:
        patch.setattr(database, "transaction", fails)
        with pytest.raises(ZeroDivisionError):
            await it.run()
    await it.run()
    assert await queued(database, state="queued") == []
    assert len(smtp.deliveries) == 11


async def test_an_outcome_that_cannot_be_recorded_has_no_other_forgotten_and_its_mail_is_not_sent_again(
    database: Database, smtp: MailServer, ask: FakeAsk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.concerned(1, *(person(f"person-{n}") for n in range(10)))
    await take(database, accepted(1))
    await work(database, ask)
    of_ada, tell = await queued(database, person="ada"), telling.mail

    def fails_for_ada(mail: Mail) -> Any:
        if mail.person == "ada":
            raise ZeroDivisionError
        return tell(mail)

    it = sending(database, smtp)
    with monkeypatch.context() as patch:
        patch.setattr(telling, "mail", fails_for_ada)
        for _ in range(3):
            with suppress(ZeroDivisionError):
                await it.run()
        assert [mail.id for mail in await queued(database, state="queued")] == [mail.id for mail in of_ada]
    await it.run()
    assert await queued(database, state="queued") == []
    assert len(smtp.deliveries) == len({delivery.message["Message-ID"] for delivery in smtp.deliveries}) == 11


async def test_a_server_that_cannot_be_reached_costs_no_mail_a_try(database: Database, smtp: MailServer) -> None:
    await smtp.stop()
    for _ in range(3):
        await send(database, smtp)
    mail = await the_mail(database)
    assert (mail.state, mail.tries, mail.put_off_at) == ("queued", 0, None)
    assert await waiting(database) == [(RECEIVED, ONE, "sending")]
    await smtp.start()
    await send(database, smtp)
    assert len(smtp.to(ADA.email)) == 1


async def test_a_server_that_cannot_be_reached_is_left_alone_for_a_while(
    database: Database, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.patience.time", SimpleNamespace(monotonic=lambda: 0.0))
    run = sending(database, smtp)
    await smtp.stop()
    await run.run()
    await smtp.start()
    await run.run()
    assert smtp.deliveries == []
    assert (await the_mail(database)).state == "queued"


def troubles(run: MailSending) -> str:
    return run.trouble or ""


async def test_a_server_that_takes_no_mails_is_told_of_until_it_does(
    database: Database, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("shared.messaging.patience.time", SimpleNamespace(monotonic=lambda: now[0]))
    run = sending(database, smtp)
    assert troubles(run) == ""
    smtp.answer_sender("530 authentication required")
    with capture_logs() as logs:
        for _ in range(3):
            await run.run()
            now[0] += 1_000  # seconds
    assert troubles(run) == f"the SMTP server {smtp.host}:{smtp.port} takes no mails: 530 authentication required"
    assert [it["reason"] for it in logs if "reason" in it] == ["530 authentication required"]
    await smtp.stop()
    await run.run()
    now[0] += 1_000
    assert "Connect" in troubles(run)
    await smtp.start()
    smtp.answer_sender("")
    await run.run()
    assert troubles(run) == ""
    assert len(smtp.to(ADA.email)) == 1


async def test_without_encryption_nothing_is_sent(database: Database, smtp: MailServer) -> None:
    """The server of this test offers none."""
    await send(database, smtp, smtp_starttls=True)
    assert smtp.deliveries == []
    assert (await the_mail(database)).state == "queued"


async def test_a_mail_that_another_process_is_sending_is_left_to_it(
    postgres_database: MakeDatabase, ask: FakeAsk, smtp: MailServer
) -> None:
    database = await _with_a_mail(postgres_database, ask)
    await claim(database, lease=timedelta(minutes=5))
    await send(database, smtp)
    assert smtp.deliveries == []
    assert (await the_mail(database)).state == "queued"


async def test_a_mail_whose_sender_died_is_sent_by_the_next(
    postgres_database: MakeDatabase, ask: FakeAsk, smtp: MailServer
) -> None:
    database = await _with_a_mail(postgres_database, ask)
    mail = await claim(database, lease=timedelta(0))
    await send(database, smtp)
    assert [it["Message-ID"] for it in smtp.to(ADA.email)] == [mail.message_id]


async def test_on_sqlite_what_a_dead_process_was_sending_is_sent_at_the_next_start(
    sqlite_database: MakeDatabase, ask: FakeAsk, smtp: MailServer
) -> None:
    """One process a file: whoever held it is gone."""
    database = await _with_a_mail(sqlite_database, ask)
    await claim(database, lease=timedelta(minutes=5))
    await send(database, smtp)
    assert len(smtp.to(ADA.email)) == 1


async def _with_a_mail(make: MakeDatabase, ask: FakeAsk) -> Database:
    database = await make("notifications")
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    return database


async def test_two_processes_at_once_send_every_mail_once(
    postgres_database: MakeDatabase, ask: FakeAsk, smtp: MailServer
) -> None:
    people = [person(f"person-{n}") for n in range(30)]
    ask.concerned(1, *people)
    database = await _with_a_mail(postgres_database, ask)
    await asyncio.gather(*(sending(database, smtp, smtp_connections=3).run() for _ in range(2)))
    assert sorted(it.recipients[0] for it in smtp.deliveries) == sorted(it.email for it in people)
    assert {it.state for it in await queued(database)} == {"sent"}
    assert len({it.data.id for it in await events_of(database)}) == len(await events_of(database)) == len(people)


@pytest.mark.parametrize("outcome", [Outcome(kind="accepted"), Outcome(kind="refused", reply=550)])
async def test_who_was_so_slow_that_another_has_sent_the_mail_meanwhile_changes_nothing(
    database: Database, smtp: MailServer, outcome: Outcome
) -> None:
    mail = await claim(database, lease=timedelta(0))
    await send(database, smtp)
    async with database.transaction() as connection:
        await settle(connection, [(mail, outcome)])
    assert [it.type for it in await events_of(database)] == [events.MAIL_SENT.type]
    after = await the_mail(database)
    assert (after.state, after.version) == ("sent", 2)


async def test_a_mail_that_cannot_be_written_is_tried_again_later_and_holds_up_no_other(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(content={}))
    ask.concerned(1, BO)
    await take(database, accepted(1))
    await work(database, ask)
    await send(database, smtp)
    assert {it.person: it.state for it in await queued(database)} == {"ada": "queued", "bo": "sent"}


@pytest.mark.parametrize("wrong", [{"address": "no address"}, {"name": "Ada\r\nBcc: x@y.example"}, {"address": ""}])
async def test_a_mail_that_cannot_be_addressed_has_failed(
    database: Database, smtp: MailServer, wrong: dict[str, Any]
) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(tables.mail).values(**wrong))
    await send(database, smtp)
    assert smtp.deliveries == []
    assert (await the_mail(database)).state == "failed"
    assert [it.type for it in await events_of(database)] == [events.MAIL_FAILED.type]


async def test_an_address_of_odd_characters_that_registration_takes_is_written_to(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    aase = Recipient(person="aase", name="Åse Ødegård", email="a.o'b+k/s=1{a}|~^_`?*&%$#!-@kommune.example")
    ask.concerned(1, aase)
    await take(database, accepted(1))
    await work(database, ask)
    await send(database, smtp)
    (message,) = smtp.to(aase.email)
    assert message["To"] == f"Åse Ødegård <{aase.email}>"


async def test_an_invoice_arrives_in_full(database: Database, smtp: MailServer, ask: FakeAsk) -> None:
    ask.concerned(1, BO)
    await take(database, invoice(1, number=7, document_number="FK1-7"))
    await work(database, ask)
    await send(database, smtp)
    (message,) = smtp.to(BO.email)
    assert message["Subject"].startswith("Faktura FK1-7: ")
    body = message.get_body(("plain",))
    assert body
    for what in ("1234 56 78903", "1042007", "942 110 464", "Munkegata 1", "Stjørdal"):
        assert what in body.get_content()


async def test_a_calendar_program_gets_an_entry_that_it_moves_and_takes_out_again(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    ask.concerned(1, BO)
    for news in (
        [accepted(1), session()],
        [session("moved", version=2, last_day=LATER)],
        [session("cancelled", version=3, last_day=LATER)],
    ):
        await take(database, *news)
        await work(database, ask)
        await send(database, smtp)
    calendars = [
        Calendar.from_ical(str(part.get_content()))
        for message in smtp.to(BO.email)
        for part in message.walk()
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/calendar"
    ]
    assert [it["METHOD"] for it in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    entries: list[Any] = [it.events[0] for it in calendars]
    assert [it["SEQUENCE"] for it in entries] == [0, 1, 2]
    told = [it.data for it in await events_of(database) if it.data.session]
    assert [(it.person, it.session, it.sequence) for it in told] == [("bo", session_id(1), n) for n in range(3)]
    planned, moved, cancelled = (it.fingerprint for it in told)
    assert planned != moved == cancelled  # whose entry is the one that stood
    assert len({it["UID"] for it in entries}) == 1
    assert [it.decoded("DTSTART").isoformat() for it in entries] == ["2024-09-24", "2024-10-01", "2024-10-01"]


async def test_what_a_person_is_told_of_a_session_is_never_overtaken_by_what_comes_after(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    """A calendar that has taken an entry out would put it in again at an invitation that comes late."""
    smtp.answer(BO.email, "452 full")
    ask.concerned(1, BO)
    await take(database, accepted(1), session())
    await work(database, ask)
    await has_been_tried(database, 20)
    await sending(database, smtp).run()
    smtp.answer(BO.email, "250 ok")
    await take(database, session("cancelled", version=2))
    await work(database, ask)
    await sending(database, smtp).run()
    assert smtp.to(BO.email) == []
    assert [it.state for it in await queued(database, person="bo", event_id=None)] == ["queued", "queued"]
    await send(database, smtp)
    methods = [
        part["Content-Type"].params["method"]
        for message in smtp.to(BO.email)
        for part in message.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert methods == ["REQUEST", "CANCEL"]


async def test_an_entry_that_was_refused_does_not_hold_back_the_next(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    smtp.answer(BO.email, "550 no such user")
    ask.concerned(1, BO)
    await take(database, session(), accepted(1))
    await work(database, ask)
    await send(database, smtp)
    smtp.answer(BO.email, "250 ok")
    await take(database, session("moved", version=2, last_day=LATER))
    await work(database, ask)
    await send(database, smtp)
    assert [it.state for it in await queued(database, person="bo", event_id=None)] == ["failed", "sent"]


async def test_a_failed_mail_can_be_had_tried_again_and_is_as_a_new_one(database: Database, smtp: MailServer) -> None:
    smtp.answer(ADA.email, "550 no such user")
    await send(database, smtp)
    failed = await the_mail(database)
    for _ in range(2):  # again it changes nothing
        again = await retry_mail(database, failed.id, by="an administrator")
        assert (again.state, again.tries, again.put_off_at, again.changed_by) == (
            "queued",
            0,
            None,
            "an administrator",
        )
    smtp.answer(ADA.email, "250 ok")
    await send(database, smtp)
    assert [it["Message-ID"] for it in smtp.to(ADA.email)] == [failed.message_id]
    assert [(it.data.state, it.data.version) for it in await events_of(database)] == [("failed", 2), ("sent", 3)]


async def test_a_mail_that_failed_for_a_wrong_address_is_tried_at_the_right_one(
    database: Database, smtp: MailServer
) -> None:
    smtp.answer(ADA.email, "550 no such user")
    await send(database, smtp)
    failed = await the_mail(database)
    for _ in range(2):  # again it changes nothing
        again = await retry_mail(database, failed.id, address="ada.lind@kommune.example", by="an administrator")
        assert again.address == "ada.lind@kommune.example"
    with pytest.raises(Conflict):
        await retry_mail(database, failed.id, address="another@kommune.example", by="an administrator")
    await send(database, smtp)
    assert [it["Message-ID"] for it in smtp.to("ada.lind@kommune.example")] == [failed.message_id]


async def test_a_server_that_refuses_our_sender_fails_no_mail(database: Database, smtp: MailServer) -> None:
    smtp.answer_sender("530 authentication required")
    await send(database, smtp)
    mail = await the_mail(database)
    assert (mail.state, mail.tries) == ("queued", 0)
    smtp.answer_sender("552 too big for us")
    await send(database, smtp)
    assert (await the_mail(database)).state == "failed"


async def test_only_a_mail_that_failed_is_tried_again(database: Database, smtp: MailServer) -> None:
    mail = await the_mail(database)
    with pytest.raises(Conflict):
        await retry_mail(database, mail.id, by="an administrator")
    await send(database, smtp)
    with pytest.raises(Conflict):
        await retry_mail(database, mail.id, by="an administrator")
    with pytest.raises(NotFound):
        await retry_mail(database, "unknown", by="an administrator")


async def test_no_log_names_anybody(database: Database, smtp: MailServer) -> None:
    smtp.answer(ADA.email, "550 no such user")
    with capture_logs() as logs:
        await send(database, smtp)
        async with database.transaction() as connection:
            await connection.execute(update(tables.mail).values(state="queued", name="Ada\nNordmann"))
        await send(database, smtp)
    assert {it["event"] for it in logs} == {"mails were tried", "a mail failed", "a mail cannot be addressed"}
    assert not any(it in str(logs) for it in ("Ada", "Nordmann", "kommune.example"))
