"""Mails about invoices and credit notes carry the files of these, with a real SMTP server."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from services.notifications import tables
from services.notifications.mailings.use_cases import write_mailings
from services.notifications.sending import repository as messages
from services.notifications.sending.use_cases.read_mail import read_mail
from services.notifications.settings import Settings
from shared.contracts import billing
from shared.contracts.questions import DocumentFiles, WhatFiles
from shared.database import Database
from tests.integration.notifications.world import (
    BO,
    FakeAsk,
    document_file,
    queued,
    send,
    take,
    waiting,
    work,
)
from tests.support.events import PROGRAMME, credit_note, delivery, invoice, organisation_number, party, programme
from tests.support.smtp import MailServer

ONE = organisation_number(1)


@pytest.fixture
async def database(database: Database, ask: FakeAsk) -> Database:
    """An invoice to Bo's municipality, whose files are there."""
    ask.concerned(1, BO)
    await take(database, programme(), party(1), invoice(1, number=7, document_number="FK1-7"))
    return database


def holds(name: str) -> bytes:
    return f"what {name} holds, ø\n".encode() * 50


def files_of(message: EmailMessage) -> dict[str, tuple[str, Any]]:
    return {
        str(it.get_filename()): (it.get_content_type(), it.get_payload(decode=True))
        for it in message.iter_attachments()
    }


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return " ".join(body.get_content().split())


async def sent_to_bo(database: Database, smtp: MailServer, ask: FakeAsk) -> EmailMessage:
    await work(database, ask)
    await send(database, smtp, ask)
    (message,) = smtp.to(BO.email)
    return message


async def test_an_invoice_comes_with_its_pdf_and_its_ehf_and_says_so(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    message = await sent_to_bo(database, smtp, ask)
    assert files_of(message) == {
        "invoice-7.pdf": ("application/pdf", holds("invoice-7.pdf")),
        "invoice-7.xml": ("application/xml", holds("invoice-7.xml")),
    }
    assert "vedlagt som PDF, og som EHF (invoice-7.xml) til regnskapssystemet." in text_of(message)
    html = message.get_body(("html",))
    assert html
    assert "invoice-7.xml" in html.get_content()


async def test_a_credit_note_comes_with_its_own(database: Database, smtp: MailServer, ask: FakeAsk) -> None:
    await work(database, ask)
    await send(database, smtp, ask)
    await take(database, credit_note(1, number=3, document_number="FK2-3"))
    await work(database, ask)
    await send(database, smtp, ask)
    _, message = smtp.to(BO.email)
    assert sorted(files_of(message)) == ["credit_note-3.pdf", "credit_note-3.xml"]
    assert "vedlagt som PDF og som EHF (credit_note-3.xml)" in text_of(message)


async def test_a_copy_of_what_went_as_ehf_comes_with_the_pdf_alone(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    """An accounting system would read the EHF in once more."""
    of_note = {"kind": "credit_note", "series": f"{PROGRAMME}/credit-notes"}
    await take(database, delivery(billing.DOCUMENT_DELIVERED, 1, 3, **of_note))
    await work(database, ask)
    await send(database, smtp, ask)
    (message,) = [it for it in smtp.to(BO.email) if it["Subject"].startswith("Kopi av")]
    assert sorted(files_of(message)) == ["credit_note-3.pdf"]
    assert "Dette er en kopi, vedlagt som PDF." in text_of(message)


async def test_where_no_ehf_could_be_made_the_pdf_comes_alone_and_the_mail_does_not_speak_of_one(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    ask.formats = ["pdf"]
    message = await sent_to_bo(database, smtp, ask)
    assert sorted(files_of(message)) == ["invoice-7.pdf"]
    assert "vedlagt som PDF." in text_of(message)
    assert "EHF" not in text_of(message)


async def test_a_mail_waits_until_the_files_are_made(
    database: Database, ask: FakeAsk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_mailings, "SHORTLY", 0)
    ask.files_are_made = False
    await work(database, ask)
    assert await queued(database) == []
    assert [it[:2] for it in await waiting(database)] == [("invoice", ONE)]
    ask.files_are_made = True
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["invoice"]


async def test_a_mail_whose_files_cannot_be_made_is_seen_to_wait_and_why(database: Database, ask: FakeAsk) -> None:
    ask.refused.add(WhatFiles)
    await work(database, ask)
    assert await queued(database) == []
    assert await waiting(database) == [("invoice", ONE, "refused")]
    ask.refused.clear()
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["invoice"]


async def test_what_is_kept_of_a_mail_has_the_hashes_of_its_files_and_not_the_files(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    await work(database, ask)
    (mail,) = await queued(database)
    assert mail.content["files"] == [
        {
            name: value
            for name, value in vars(document_file(f"invoice-7.{form}", content=False)).items()
            if name != "content"
        }
        for form in ("pdf", "xml")
    ]
    asked = [it for it in ask.asked if isinstance(it, WhatFiles)]
    assert [it.with_content for it in asked] == [False]
    await send(database, smtp, ask)
    async with database.reading() as connection:
        kept = await messages.sent_as(connection, mail.id)
    assert kept is not None
    assert b"application/pdf" not in kept
    reading = await read_mail(
        database, mail.id, Settings(database_url="sqlite+aiosqlite://", keys_file=Path("none.json"))
    )
    assert reading.as_sent
    assert reading.says is not None
    assert "invoice-7.xml" in reading.says.text


async def test_while_billing_is_away_a_mail_is_put_off_and_goes_once_it_is_there(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    await work(database, ask)
    ask.silent.add(WhatFiles)
    await send(database, smtp, ask)
    assert smtp.to(BO.email) == []
    (mail,) = await queued(database)
    assert (mail.state, mail.tries) == ("queued", 1)
    ask.silent.clear()
    await send(database, smtp, ask)
    assert len(smtp.to(BO.email)) == 1


@pytest.mark.parametrize("how", ["another", "none"])
async def test_a_mail_never_goes_with_another_file_than_it_was_written_for(
    database: Database, smtp: MailServer, ask: FakeAsk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    await work(database, ask)
    others = (document_file("invoice-8.pdf", content=True),) if how == "another" else ()
    monkeypatch.setattr(ask, "files_of", lambda _: DocumentFiles(are_made=True, files=others))
    with capture_logs() as logs:
        await send(database, smtp, ask)
    assert smtp.to(BO.email) == []
    assert [it.state for it in await queued(database)] == ["queued"]
    assert [it["event"] for it in logs if it["log_level"] == "error"] == ["what goes with a mail cannot be had"]


async def test_a_mail_that_was_queued_before_mails_carried_files_goes_without(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    await work(database, ask)
    m = tables.mail
    async with database.transaction() as connection:
        content = (await connection.execute(select(m.c.content))).scalar_one()
        await connection.execute(update(m).values(content={**content, "files": None}))
    await send(database, smtp, ask)
    (message,) = smtp.to(BO.email)
    assert files_of(message) == {}
    assert "vedlagt" not in text_of(message)
