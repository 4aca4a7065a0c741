"""Mails about what is to be signed, or is signed, carry the agreement: they wait until it is made, and keep its hash alone (N1, R6)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import date

import pytest
from sqlalchemy import select

from services.notifications import tables
from services.notifications.mailings.use_cases import write_mailings
from shared.contracts.envelope import Event
from shared.contracts.questions import DocumentFile, WhatAgreementDocument
from shared.contracts.registration import Agreement
from shared.database import Database
from tests.integration.notifications.world import ADA, FakeAsk, queued, send, take, waiting, work
from tests.support.events import amended, party, programme, sent
from tests.support.smtp import MailServer

PDF = b"%PDF-1.7 \x00\xff of the agreement"
FINGERPRINT = "ab" * 32


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> FakeAsk:
    monkeypatch.setattr(write_mailings, "SHORTLY", 0)
    ask = FakeAsk()
    ask.concerned(1, ADA)
    return ask


def made(content: bytes = PDF, *, sha256: str | None = None) -> tuple[DocumentFile, ...]:
    file = DocumentFile(
        name="avtale.pdf",
        media_type="application/pdf",
        sha256=sha256 or hashlib.sha256(PDF).hexdigest(),
        content=b64encode(content).decode(),
    )
    return (file,)


async def told(database: Database, *events: Event[Agreement]) -> None:
    await take(database, programme(), party(1), *events)


async def attachments(smtp: MailServer) -> list[tuple[str | None, str, bytes]]:
    (message,) = [it.message for it in smtp.deliveries]
    return [(it.get_filename(), it.get_content_type(), it.get_content()) for it in message.iter_attachments()]


async def test_a_mail_waits_until_the_document_is_made_and_carries_it(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    await told(database, sent(1, fingerprint=FINGERPRINT))
    await work(database, ask)
    assert await queued(database) == []
    assert [it[0] for it in await waiting(database)] == ["agreement_to_sign"]
    ask.agreement = made()
    await work(database, ask)
    await send(database, smtp, ask)
    assert await attachments(smtp) == [("avtale.pdf", "application/pdf", PDF)]
    (mail,) = await queued(database)
    assert mail.state == "sent"


async def test_of_the_files_nothing_is_kept_here_but_their_hashes(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    ask.agreement = made()
    await told(database, sent(1, fingerprint=FINGERPRINT))
    await work(database, ask)
    await send(database, smtp, ask)
    (mail,) = await queued(database)
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert mail.content["files"] == [{"name": "avtale.pdf", "media_type": "application/pdf", "sha256": sha256}]
    async with database.reading() as connection:
        (kept,) = (await connection.execute(select(tables.sent_message.c.content))).scalars()
    assert b64encode(PDF)[:20] not in bytes(kept)


@pytest.mark.parametrize("other", [made(b"another"), made(sha256="0" * 64), ()])
async def test_a_mail_goes_out_with_the_files_that_it_was_written_with_and_no_others(
    database: Database, smtp: MailServer, ask: FakeAsk, other: tuple[DocumentFile, ...]
) -> None:
    ask.agreement = made()
    await told(database, sent(1, fingerprint=FINGERPRINT))
    await work(database, ask)
    ask.agreement = other
    await send(database, smtp, ask)
    assert smtp.deliveries == []
    assert [it.state for it in await queued(database)] == ["queued"]
    ask.agreement = made()
    await send(database, smtp, ask)
    assert [it.state for it in await queued(database)] == ["sent"]


async def test_while_registration_does_not_answer_the_mail_is_put_off(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    ask.agreement = made()
    await told(database, sent(1, fingerprint=FINGERPRINT))
    await work(database, ask)
    ask.silent = {WhatAgreementDocument}
    await send(database, smtp, ask)
    assert [it.state for it in await queued(database)] == ["queued"]


async def test_a_document_that_will_never_be_there_is_seen_to_be_refused_and_holds_up_no_other_party(
    database: Database, ask: FakeAsk
) -> None:
    ask.refused = {WhatAgreementDocument}
    await told(database, sent(1, fingerprint=FINGERPRINT))
    await work(database, ask)
    assert [(it[0], it[2]) for it in await waiting(database)] == [("agreement_to_sign", "refused")]


async def test_an_agreement_from_before_there_were_documents_is_written_of_without(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    await told(database, sent(1))
    await work(database, ask)
    await send(database, smtp, ask)
    assert await attachments(smtp) == []
    assert WhatAgreementDocument not in {type(it) for it in ask.asked}


@pytest.mark.parametrize("signed_on", [None, date(2024, 8, 15)])
async def test_what_is_amended_carries_it_until_it_is_signed(
    database: Database, ask: FakeAsk, signed_on: date | None
) -> None:
    ask.agreement = made()
    await told(database, amended(1, fingerprint=FINGERPRINT, signed_on=signed_on))
    await work(database, ask)
    (mail,) = await queued(database)
    assert bool(mail.content["files"]) == (signed_on is None)
