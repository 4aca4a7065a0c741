"""Where the plan can be subscribed to stands in the mail that leaves, and nowhere else (S6)."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from services.notifications import tables
from services.notifications.app import create
from services.notifications.letters.domain.kinds import WITH_FEED
from services.notifications.sending import repository as messages
from services.notifications.sending.render import WITHHELD
from services.notifications.settings import Settings
from shared.contracts.questions import PlanAsItStands, WhatFeed
from shared.database import Database
from tests.integration.notifications.world import ADA, BO, EVA, FEED, FakeAsk, queued, send, take_as_told, work
from tests.support.api import api_of
from tests.support.events import (
    AT,
    PROGRAMME,
    accepted,
    organisation_number,
    party,
    plan_published,
    plan_revised,
    programme,
    session,
)
from tests.support.smtp import MailServer

PUBLISHED = plan_published(published_on=AT.date())
NEWS = (programme(), party(1), accepted(1), session(), PUBLISHED)


def bodies(message: EmailMessage) -> list[str]:
    """What a mail says as text and as HTML."""
    found = [message.get_body((it,)) for it in ("plain", "html")]
    return [it.get_content() for it in found if it is not None]


async def invited(database: Database, ask: FakeAsk) -> None:
    """The plan is published: Ada gets it, and an invitation."""
    await take_as_told(database, *NEWS)
    await work(database, ask)


def feeds_asked_for(ask: FakeAsk) -> list[WhatFeed]:
    return [it for it in ask.asked if isinstance(it, WhatFeed)]


@pytest.mark.parametrize("kind", ["session_invitation", "plan_published", "plan_revised"])
async def test_the_mail_that_leaves_says_it_and_what_is_kept_and_shown_does_not(
    database: Database, smtp: MailServer, ask: FakeAsk, tmp_path: Path, kind: str
) -> None:
    await invited(database, ask)
    if kind == "plan_revised":
        await send(database, smtp, ask)
        ask.plan = PlanAsItStands(revision=2, sessions=())
        await take_as_told(database, plan_revised())
        await work(database, ask)
    with structlog.testing.capture_logs() as logged:
        await send(database, smtp, ask)
    (mail,) = [it for it in await queued(database, kind=kind) if it.address == ADA.email]
    (sent,) = [it.message for it in smtp.deliveries if it.message["Message-ID"] == mail.message_id]
    assert [FEED in it for it in bodies(sent)] == [True, True]
    assert f'<a href="{FEED}">' in bodies(sent)[1]
    assert set(feeds_asked_for(ask)) >= {WhatFeed(programme=PROGRAMME, party=organisation_number(1), person="ada")}
    async with database.reading() as connection:
        kept = await messages.sent_as(connection, mail.id) or b""
        rows = [row for table in tables.metadata.tables.values() for row in await connection.execute(select(table))]
    assert b"Abonnement" in kept
    async with api_of(create, Settings, database, tmp_path) as api:
        shown = await api.get(f"/notifications/mails/{mail.id}")
    assert shown["as_sent"]
    assert WITHHELD["nb"] in " ".join(shown["text"].split())
    for it in (kept.decode(), repr(shown), repr(logged), repr(rows)):
        assert "secret-token" not in it.replace("=\r\n", "").replace("=\n", "")


async def test_each_person_is_asked_for(database: Database, smtp: MailServer, ask: FakeAsk) -> None:
    """Scheduling knows who is whose advisor; one who advises several is written to of the plan once."""
    ask.concerned(1, ADA, EVA)
    ask.concerned(2, BO, EVA)
    await take_as_told(database, programme(), party(1), party(2), accepted(1), accepted(2), PUBLISHED)
    await work(database, ask)
    await send(database, smtp, ask)
    asked = sorted((it.person, it.party) for it in feeds_asked_for(ask))
    assert asked == [("ada", organisation_number(1)), ("bo", organisation_number(2)), ("eva", organisation_number(1))]


async def test_each_time_one_is_sent_it_is_asked_for_anew(database: Database, smtp: MailServer, ask: FakeAsk) -> None:
    smtp.answer(ADA.email, "451 busy")
    await invited(database, ask)
    await send(database, smtp, ask)
    ask.feed = renewed = FEED.replace("/1/secret-token", "/2/other-token")
    smtp.answer(ADA.email, "250 OK")
    await send(database, smtp, ask)
    (invitation,) = [it for it in smtp.to(ADA.email) if str(it["Subject"]).startswith("Invitasjon")]
    assert [renewed in it for it in bodies(invitation)] == [True, True]


async def test_without_an_answer_it_waits_and_holds_up_no_other_mail(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    await invited(database, ask)
    ask.silent.add(WhatFeed)
    await send(database, smtp, ask)
    states = {it.kind: it.state for it in await queued(database)}
    assert {kind for kind, state in states.items() if state == "queued"} == {"session_invitation", "plan_published"}
    assert {state for kind, state in states.items() if kind not in WITH_FEED} == {"sent"}
    ask.silent.clear()
    await send(database, smtp, ask)
    assert {it.state for it in await queued(database)} == {"sent"}


async def test_where_there_are_no_calendars_nothing_is_said_of_them(
    database: Database, smtp: MailServer, ask: FakeAsk
) -> None:
    ask.feed = None
    await invited(database, ask)
    await send(database, smtp, ask)
    said = [it for it in smtp.to(ADA.email) if str(it["Subject"]).startswith(("Invitasjon", "Planen"))]
    assert [["abonn" in body.lower() for body in bodies(it)] for it in said] == [[False, False]] * 2
