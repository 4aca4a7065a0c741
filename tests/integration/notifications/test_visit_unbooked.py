"""The advisor hears that a visit is not booked, and not of one that is booked by then (N1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.notifications.letters.use_cases.retry_mail import retry_mail
from shared.database import Database
from shared.errors import Conflict
from tests.integration.notifications.world import DAY, EVA, FakeAsk, queued, send, take, waiting, work
from tests.support.events import organisation_number, party, programme, session, visit_unbooked
from tests.support.smtp import MailServer

KIND = "visit_unbooked"
VISIT: dict[str, Any] = {
    "kind": "guidance_visit",
    "party": organisation_number(1),
    "number": 2,
    "last_day": DAY + timedelta(days=90),
}


@pytest.fixture
async def told(database: Database, ask: FakeAsk) -> Database:
    """The second visit of party 1 is not booked."""
    ask.for_purpose["guidance"] = [EVA]
    await take(database, programme(), party(1), visit_unbooked(1))
    return database


async def states(database: Database) -> list[str]:
    return [it.state for it in await queued(database, kind=KIND)]


async def test_the_advisor_hears_of_it(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await work(told, ask)
    await send(told, smtp)
    assert await states(told) == ["sent"]
    assert len(smtp.to(EVA.email)) == 1


async def test_what_is_booked_before_it_is_written_is_not_told_of(told: Database, ask: FakeAsk) -> None:
    ask.for_purpose["guidance"] = []  # it has no advisor yet
    await work(told, ask)
    assert KIND in {what for what, _, _ in await waiting(told)}
    await take(told, session(n=7, **VISIT))
    ask.for_purpose["guidance"] = [EVA]
    await take(told, party(1, version=2))
    await work(told, ask)
    assert await states(told) == []
    assert KIND not in {what for what, _, _ in await waiting(told)}


async def test_what_is_booked_before_it_is_sent_is_withdrawn(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await work(told, ask)
    await take(told, session(n=7, **VISIT))
    await send(told, smtp)
    (mail,) = await queued(told, kind=KIND)
    assert mail.state == "failed"
    assert smtp.to(EVA.email) == []
    with pytest.raises(Conflict) as refused:
        await retry_mail(told, mail.id, by="an administrator")
    assert refused.value.code == "overtaken_by_a_later_mail"


@pytest.mark.parametrize(
    "other",
    [
        {"number": 1},
        {"party": organisation_number(2)},
        {"party": None},  # the plan's own line
        {"programme": "another"},
        {"kind": "contract_meeting"},
    ],
    ids=lambda it: next(iter(it)),
)
async def test_another_session_withdraws_nothing(
    told: Database, ask: FakeAsk, smtp: MailServer, other: dict[str, Any]
) -> None:
    await work(told, ask)
    await take(told, session(n=7, **VISIT | other))
    await send(told, smtp)
    assert await states(told) == ["sent"]


async def test_one_whose_booking_is_cancelled_is_told_of(told: Database, ask: FakeAsk, smtp: MailServer) -> None:
    await work(told, ask)
    await take(told, session(n=7, **VISIT), session("cancelled", 7, 2, **VISIT))
    await send(told, smtp)
    assert await states(told) == ["sent"]
