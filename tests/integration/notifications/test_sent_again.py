"""A mail is seen as it was sent, and is sent again; but not once something has overtaken what it says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from structlog.testing import capture_logs

from services.notifications import tables
from services.notifications.app import create
from services.notifications.sending.render import WITHHELD
from services.notifications.settings import Settings
from shared.contracts import notifications as events
from shared.contracts.envelope import Event
from shared.database import Database
from tests.integration.notifications.world import ADA, BO, DAY, FEED, LATER, FakeAsk, queued, send, take, work
from tests.support.api import Api, api_of, problem
from tests.support.databases import set_clock
from tests.support.events import (
    AT,
    accepted,
    completed,
    credit_note,
    ended,
    invoice,
    party,
    programme,
    received,
    sent,
    session,
    signed,
)
from tests.support.facts import events_of
from tests.support.smtp import MailServer

NO_SUCH_USER = "550 5.1.1 no such user"


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


@pytest.fixture
async def told(database: Database, ask: FakeAsk, smtp: MailServer) -> Database:
    """Ada was invited to a session, asked to sign, and sent an invoice."""
    await happens(database, ask, smtp, programme(), party(1), accepted(1), sent(1), session(), invoice(1))
    return database


async def happens(database: Database, ask: FakeAsk, smtp: MailServer, *news: Event[Any]) -> None:
    for event in news:
        await take(database, event)
        await work(database, ask)
    await send(database, smtp)


async def id_of(database: Database, kind: str) -> str:
    return next(it.id for it in await queued(database, kind=kind))


async def test_a_mail_is_seen_with_both_parts_and_the_entry_as_they_were_sent(
    told: Database, api: Api, smtp: MailServer
) -> None:
    id = await id_of(told, "session_invitation")
    (delivered,) = (it for it in smtp.to(ADA.email) if str(it["Subject"]).startswith("Invitasjon"))
    seen = await api.get(f"/notifications/mails/{id}")
    assert (seen["kind"], seen["as_sent"]) == ("session_invitation", True)
    assert seen["recipient"] == {"person": "ada", "name": "Ada", "address": ADA.email}
    assert seen["subject"] == delivered["Subject"]
    parts = {it.get_content_type(): it for it in delivered.walk() if not it.is_attachment()}
    for name, type_ in (("text", "text/plain"), ("html", "text/html"), ("calendar", "text/calendar")):
        # The address of the calendar is a secret, and kept nowhere.
        sent = parts[type_].get_content().replace("\r\n", "\n")
        kept = re.sub(rf'<a href="{re.escape(FEED)}"[^>]*>[^<]*</a>', FEED, sent).replace(FEED, WITHHELD["nb"])
        assert seen[name] == kept
        assert FEED not in seen[name]


async def test_what_was_sent_stays_as_it_was_whatever_later_versions_would_write(told: Database, api: Api) -> None:
    id = await id_of(told, "invoice")
    before = await api.get(f"/notifications/mails/{id}")
    async with told.transaction() as connection:
        await connection.execute(update(tables.mail).values(name="Another"))
    after = await api.get(f"/notifications/mails/{id}")
    assert [after[name] for name in ("subject", "text", "html")] == [
        before[name] for name in ("subject", "text", "html")
    ]
    assert "Hei, Ada!" in after["text"]


async def test_one_that_was_not_sent_or_was_by_a_version_that_kept_nothing_is_written_anew(
    told: Database, api: Api, ask: FakeAsk
) -> None:
    async with told.transaction() as connection:
        await connection.execute(delete(tables.sent_message))
    await take(told, signed(1))
    await work(told, ask)
    for kind in ("invoice", "agreement_signed"):
        seen = await api.get(f"/notifications/mails/{await id_of(told, kind)}")
        assert (seen["as_sent"], seen["calendar"]) == (False, None)
        assert "Hei, Ada!" in seen["text"]


async def test_of_one_of_which_an_event_alone_is_left_nothing_is_said(told: Database, api: Api) -> None:
    id = await id_of(told, "invoice")
    async with told.transaction() as connection:
        await connection.execute(delete(tables.sent_message))
        await connection.execute(update(tables.mail).values(name="", address="", content={}))
    seen = await api.get(f"/notifications/mails/{id}")
    assert [seen[name] for name in ("subject", "text", "html", "calendar")] == [None] * 4
    await api.refused(409, f"/notifications/mails/{id}/resend")


async def test_only_administrators_see_one_and_send_it_again(told: Database, api: Api) -> None:
    id = await id_of(told, "invoice")
    problem(await api.reader.get(f"/notifications/mails/{id}"), 403)
    problem(await api.reader.post(f"/notifications/mails/{id}/resend"), 403)
    problem(await api.administrator.get("/notifications/mails/unknown"), 404)
    await api.refused(404, "/notifications/mails/unknown/resend")


async def test_an_invoice_is_sent_again_as_a_mail_of_its_own(told: Database, api: Api, smtp: MailServer) -> None:
    id = await id_of(told, "invoice")
    again = await api.post(f"/notifications/mails/{id}/resend")
    assert (again["repeats"], again["state"], again["recipient"]["address"]) == (id, "queued", ADA.email)
    assert (await api.post(f"/notifications/mails/{id}/resend"))["id"] == again["id"]  # until it is sent
    await send(told, smtp)
    first, second = await queued(told, kind="invoice")
    assert (first.state, second.state, second.changed_by) == ("sent", "sent", "the administrator")
    assert (first.content, first.event_id) == (second.content, second.event_id)
    delivered = [it for it in smtp.deliveries if it.message_id in (first.message_id, second.message_id)]
    assert [it.recipients for it in delivered] == [(ADA.email,)] * 2
    assert first.message_id != second.message_id  # or a mailbox would drop it
    repeats = [it.data.repeats for it in await events_of(told) if it.type == events.MAIL_SENT.type]
    assert repeats[-1] == id
    assert set(repeats[:-1]) == {None}
    third = await api.post(f"/notifications/mails/{again['id']}/resend")
    assert third["repeats"] == id


async def test_a_mail_is_sent_again_once_and_the_next_time_what_it_was_sent_again_as(
    told: Database, api: Api, smtp: MailServer
) -> None:
    """The back button, when the mailer was quicker."""
    path = f"/notifications/mails/{await id_of(told, 'invoice')}/resend"
    again = await api.post(path)
    await send(told, smtp)
    so_far = len(smtp.deliveries)
    assert f"as mail {again['id']}; if that never came" in (await api.refused(409, path))["message"]
    smtp.answer(ADA.email, NO_SUCH_USER)
    third = await api.post(f"/notifications/mails/{again['id']}/resend")
    assert (await api.post(path))["id"] == third["id"]  # which is under way
    await send(told, smtp)
    assert f"as mail {third['id']}; have that one tried again" in (await api.refused(409, path))["message"]
    assert len(smtp.deliveries) == so_far


async def test_what_is_asked_for_twice_at_once_is_sent_again_once(told: Database, api: Api) -> None:
    for kind in ("invoice", "session_invitation"):
        path = f"/notifications/mails/{await id_of(told, kind)}/resend"
        answers = await asyncio.gather(*(api.administrator.post(path) for _ in range(4)))
        assert {it.status_code for it in answers} == {201}
        assert len({it.json()["id"] for it in answers}) == 1
        assert len(await queued(told, kind=kind)) == 2


async def test_an_entry_is_sent_again_under_the_next_sequence_and_what_changes_then_under_the_one_after(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    id = await id_of(told, "session_invitation")
    again = id
    for _ in range(2):
        again = (await api.post(f"/notifications/mails/{again}/resend"))["id"]
        await send(told, smtp)
    await happens(told, ask, smtp, session("moved", version=2, last_day=LATER))
    found = [it for it in await queued(told) if it.session]
    assert [(it.kind, it.sequence, it.state) for it in found] == [
        ("session_invitation", 0, "sent"),
        ("session_invitation", 1, "sent"),
        ("session_invitation", 2, "sent"),
        ("session_change", 3, "sent"),
    ]
    await api.refused(409, f"/notifications/mails/{id}/resend")


@pytest.mark.parametrize(
    ("kind", "later"),
    [
        ("session_invitation", lambda: session("cancelled", version=2)),
        ("agreement_to_sign", lambda: signed(1)),
        ("agreement_to_sign", lambda: ended(1, ends_on=LATER)),
        ("invoice", lambda: credit_note(1)),
    ],
    ids=["a session is cancelled", "an agreement is signed", "it has ended", "an invoice is credited"],
)
async def test_what_was_overtaken_is_not_sent_again(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer, *, kind: str, later: Callable[[], Event[Any]]
) -> None:
    await happens(told, ask, smtp, later())
    sent_so_far = len(smtp.deliveries)
    refusal = await api.refused(409, f"/notifications/mails/{await id_of(told, kind)}/resend")
    assert "overtaken" in refusal["message"]
    await send(told, smtp)
    assert len(smtp.deliveries) == sent_so_far


async def test_an_invitation_is_not_sent_or_tried_again_once_the_session_is_over(
    told: Database, api: Api, smtp: MailServer
) -> None:
    id = await id_of(told, "session_invitation")
    await set_clock(told, datetime.combine(DAY, AT.timetz()))
    again = await api.post(f"/notifications/mails/{id}/resend")  # on its last day people can still come
    sent_so_far = len(smtp.deliveries)
    await set_clock(told, datetime.combine(DAY + timedelta(days=1), AT.timetz()))
    await send(told, smtp)
    assert [it.state for it in await queued(told, id=again["id"])] == ["failed"]
    assert (await api.get(f"/notifications/mails/{again['id']}"))["reason"] == "session_over"
    assert "over" in (await api.refused(409, f"/notifications/mails/{id}/resend"))["message"]
    assert "over" in (await api.refused(409, f"/notifications/mails/{again['id']}/retry"))["message"]
    assert (await api.post("/notifications/mails/retry"))["overtaken"] == 1
    assert len(smtp.deliveries) == sent_so_far


async def test_an_invitation_to_what_was_held_today_is_not_sent_again(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    await set_clock(told, datetime.combine(DAY, AT.timetz()))
    await happens(told, ask, smtp, completed(1))
    refusal = await api.refused(409, f"/notifications/mails/{await id_of(told, 'session_invitation')}/resend")
    assert "over" in refusal["message"]


async def test_who_hears_of_it_no_more_is_not_asked_to_sign_what_is_signed(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    ask.concerned(1, BO)
    await happens(told, ask, smtp, signed(1))
    assert [it.person for it in await queued(told, kind="agreement_signed")] == ["bo"]
    await api.refused(409, f"/notifications/mails/{await id_of(told, 'agreement_to_sign')}/resend")


async def test_another_invoice_of_the_party_is_not_overtaken_by_a_credit_note(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    await happens(told, ask, smtp, credit_note(1), invoice(1, number=2))
    second = (await queued(told, kind="invoice"))[1]
    await api.post(f"/notifications/mails/{second.id}/resend")


async def test_what_is_overtaken_between_the_asking_and_its_turn_is_not_sent(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    again = await api.post(f"/notifications/mails/{await id_of(told, 'agreement_to_sign')}/resend")
    with capture_logs() as logs:
        await happens(told, ask, smtp, signed(1))
    (it,) = await queued(told, id=again["id"])
    assert it.state == "failed"
    assert it.message_id not in {it.message_id for it in smtp.deliveries}
    assert "error" not in {it["log_level"] for it in logs}  # nobody has to do anything


async def test_of_what_was_not_sent_since_it_was_overtaken_list_and_routes_say_so(
    told: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    again = await api.post(f"/notifications/mails/{await id_of(told, 'agreement_to_sign')}/resend")
    await happens(told, ask, smtp, signed(1))
    (listed,) = (await api.get("/notifications/mails", state="failed"))["items"]
    assert (listed["id"], listed["reply"], listed["reason"]) == (again["id"], None, "overtaken")
    for route in ("resend", "retry"):
        refusal = await api.refused(409, f"/notifications/mails/{again['id']}/{route}")
        assert "overtaken" in refusal["message"]
    assert (await api.get(f"/notifications/mails/{again['id']}"))["reason"] == "overtaken"


async def test_one_that_failed_or_waits_is_not_sent_again_but_tried(
    database: Database, api: Api, ask: FakeAsk, smtp: MailServer
) -> None:
    smtp.answer(ADA.email, NO_SUCH_USER)
    await happens(database, ask, smtp, programme(), party(1), received(1))
    id = await id_of(database, "application_received")
    assert "tried again" in (await api.refused(409, f"/notifications/mails/{id}/resend"))["message"]
    await api.post(f"/notifications/mails/{id}/retry")
    assert "waits" in (await api.refused(409, f"/notifications/mails/{id}/resend"))["message"]


async def test_a_mail_is_sent_again_to_another_address_for_who_says_one(
    told: Database, api: Api, smtp: MailServer
) -> None:
    id = await id_of(told, "invoice")
    path = f"/notifications/mails/{id}/resend"
    for _ in range(2):  # asked twice, it is sent once
        again = await api.post(path, {"address": "New@kommune.example"})
        assert again["recipient"]["address"] == "new@kommune.example"
    refused = problem(await api.administrator.post(path, json={"address": "other@kommune.example"}), 409)
    assert [it["field"] for it in refused["errors"]] == ["address"]
    await send(told, smtp)
    assert [str(it["Subject"]).startswith("Faktura") for it in smtp.to("new@kommune.example")] == [True]
