"""An offer whose last day is past is not sent any more: that it has lapsed is told alone (R2, N1)."""

from __future__ import annotations

from datetime import timedelta

from shared.contracts import registration
from shared.database import Database
from tests.integration.notifications.world import ADA, FakeAsk, marks_left, queued, send, take, work
from tests.support.databases import set_clock
from tests.support.events import AT, application, party, programme
from tests.support.smtp import MailServer

LAST_DAY = AT.date() + timedelta(days=14)
IS_LAST_DAY, IS_PAST = (AT + timedelta(days=it) for it in (14, 15))
OFFERED = application(registration.APPLICATION_OFFERED, 1, 3, offered_until=LAST_DAY)
LAPSED = application(registration.APPLICATION_OFFER_LAPSED, 1, 4, state="waiting_list")


async def mails(database: Database) -> list[tuple[str, str]]:
    return [(it.kind, it.state) for it in await queued(database)]


async def test_one_that_is_past_when_it_would_be_written_is_not(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await take(database, programme(), party(1), OFFERED)
    await set_clock(database, IS_PAST)
    await take(database, LAPSED)
    await work(database, ask)
    await send(database, smtp)
    assert await mails(database) == [("application_offer_lapsed", "sent")]
    assert await marks_left(database) == 0


async def test_one_that_is_past_when_it_would_be_sent_is_not(
    database: Database, ask: FakeAsk, smtp: MailServer
) -> None:
    await take(database, programme(), party(1), OFFERED)
    await work(database, ask)
    await set_clock(database, IS_PAST)
    await send(database, smtp)
    assert await mails(database) == [("application_offered", "failed")]
    assert smtp.to(ADA.email) == []


async def test_on_its_last_day_it_is_written_and_sent(database: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await take(database, programme(), party(1), OFFERED)
    await set_clock(database, IS_LAST_DAY)
    await work(database, ask)
    await send(database, smtp)
    assert await mails(database) == [("application_offered", "sent")]
