"""What is not invoiced is told weekly, once a programme and week, where there is something to tell (§ 5-2-2, B8)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from services.billing import tables
from services.billing.app import create, issuing
from services.billing.instalments.adopting import ADOPTIONS
from services.billing.instalments.use_cases.list_unbilled import count_pressing_and_oldest
from services.billing.instalments.use_cases.mark_every_programme import mark_every_programme
from services.billing.instalments.use_cases.report_unbilled import count_reports_to_tell, report_unbilled
from services.billing.instalments.use_cases.say_what_is_unbilled import say_what_is_unbilled
from services.billing.settings import Settings
from shared.clock import real_now
from shared.contracts.billing import UNBILLED_REPORTED
from shared.contracts.questions import WhatIsUnbilled
from shared.contracts.registration import PostalAddress
from shared.database import Database
from tests.integration.billing.world import invoices, marks_left, take, work
from tests.support.api import api_of
from tests.support.databases import set_clock
from tests.support.events import (
    DAYS,
    PROGRAMME,
    completed,
    ended,
    organisation_number,
    party,
    programme,
    programme_closed,
    session,
    signed,
)
from tests.support.facts import events_of

FIRST = DAYS[1]  # Wednesday 25 September 2024: twenty days on is 15 October, and the Monday after it the 21st
NO_STREET = PostalAddress(street="", postal_code="7010", city="Trondheim")


async def on(database: Database, day: date) -> None:
    await set_clock(database, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


async def told(database: Database) -> list[tuple[str, int, int, int]]:
    found = [it.data for it in await events_of(database) if it.type == UNBILLED_REPORTED.type]
    return [(it.week, it.unbilled, it.late, it.not_completed) for it in found]


@pytest.fixture
async def lacking(database: Database) -> Database:
    """Two owe the first instalment; one has no whole address, and is not invoiced."""
    await on(database, FIRST)
    await take(database, programme(), party(1, address=NO_STREET), signed(1), party(2), signed(2), completed(1))
    await work(database)
    return database


async def test_nothing_is_told_of_news_that_is_still_to_be_worked_off(database: Database) -> None:
    await on(database, date(2024, 10, 28))
    await take(database, programme(), party(1), signed(1), completed(1))
    await report_unbilled(database)
    assert await told(database) == []
    await work(database)
    await report_unbilled(database)
    assert await told(database) == []  # it is invoiced by now


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 10, 14), []),
        (date(2024, 10, 20), []),
        (date(2024, 10, 21), [("2024-W43", 1, 0, 0)]),
        (date(2024, 10, 27), [("2024-W43", 1, 0, 0)]),
        (date(2024, 10, 28), [("2024-W44", 1, 1, 0)]),
        (date(2024, 12, 30), [("2025-W01", 1, 1, 0)]),
    ],
)
async def test_it_is_told_in_the_week_after_the_twentieth_day(
    lacking: Database, day: date, expected: list[Any]
) -> None:
    await on(lacking, day)
    assert await count_reports_to_tell(lacking) == len(expected)
    await report_unbilled(lacking)
    assert await told(lacking) == expected
    assert await count_reports_to_tell(lacking) == 0


async def test_once_a_week_however_often_it_is_looked_for_and_by_how_many(lacking: Database) -> None:
    await on(lacking, date(2024, 10, 22))
    await asyncio.gather(*(report_unbilled(lacking) for _ in range(4)))
    await report_unbilled(lacking)
    await on(lacking, date(2024, 11, 20))  # and skips weeks, of which nothing is told
    await report_unbilled(lacking)
    assert await told(lacking) == [("2024-W43", 1, 0, 0), ("2024-W47", 1, 1, 0)]


async def test_a_start_that_has_lost_where_it_was_tells_nothing_twice(lacking: Database) -> None:
    await on(lacking, date(2024, 10, 22))
    await issuing(lacking, Settings.model_construct()).run()
    (event,) = [it for it in await events_of(lacking) if it.type == UNBILLED_REPORTED.type]
    async with lacking.transaction() as connection:
        await connection.execute(tables.unbilled_report.delete())
        await connection.execute(tables.looked_for_unbilled.delete())
        await ADOPTIONS[UNBILLED_REPORTED](connection, event)
        await ADOPTIONS[UNBILLED_REPORTED](connection, event)
    await issuing(lacking, Settings.model_construct()).run()
    assert len(await told(lacking)) == 1


async def test_a_carrying_session_that_is_over_and_not_completed_is_counted_the_week_after(database: Database) -> None:
    await on(database, FIRST + timedelta(days=1))
    await take(database, programme(), party(1), signed(1), session("planned", 1), session("planned", 2))
    await take(database, session("planned", 3, format="digital"))
    await work(database)
    await report_unbilled(database)
    assert await told(database) == []
    await on(database, date(2024, 9, 30))
    await report_unbilled(database)
    await on(database, date(2024, 10, 21))
    await report_unbilled(database)
    assert await told(database) == [("2024-W40", 0, 0, 1), ("2024-W43", 1, 0, 1)]


async def test_what_is_not_owed_is_not_told(lacking: Database) -> None:
    await take(lacking, ended(1, ends_on=FIRST))
    await on(lacking, date(2024, 10, 22))
    await report_unbilled(lacking)
    assert await told(lacking) == []


async def test_what_billing_answers_is_what_the_mail_lists(lacking: Database) -> None:
    monday = date(2024, 10, 28)
    await take(lacking, session("planned", 2, last_day=date(2024, 10, 25)))
    found = await say_what_is_unbilled(lacking, WhatIsUnbilled(programme=PROGRAMME, on=monday))
    assert found.count == 1
    (it,) = found.first
    assert (it.party, it.party_name, it.instalment, it.why) == (
        organisation_number(1),
        "Kommune 1",
        1,
        ("address_incomplete",),
    )
    assert (it.since, it.issue_by) == (FIRST, date(2024, 10, 25))
    assert [(it.title, it.instalment, it.last_day) for it in found.not_completed] == [
        ("Fellessamling 3", 2, date(2024, 10, 25))
    ]
    await take(lacking, party(1, 2))
    await work(lacking)
    after = await say_what_is_unbilled(lacking, WhatIsUnbilled(programme=PROGRAMME, on=monday))
    assert (after.count, after.first) == (0, ())
    nobody = await say_what_is_unbilled(lacking, WhatIsUnbilled(programme="another", on=monday))
    assert (nobody.count, nobody.not_completed) == (0, ())


async def deliveries_become(database: Database, **fields: Any) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(tables.delivery).values(fields))


async def test_what_did_not_arrive_is_told_though_all_is_invoiced(database: Database) -> None:
    await on(database, FIRST)
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    await deliveries_become(database, state="undelivered", channel="ehf", why="no_access_point")
    monday = date(2024, 10, 21)
    await on(database, monday)
    await report_unbilled(database)
    (event,) = [it.data for it in await events_of(database) if it.type == UNBILLED_REPORTED.type]
    assert (event.unbilled, event.not_completed, event.undelivered) == (0, 0, 1)
    question = WhatIsUnbilled(programme=PROGRAMME, on=monday)
    (it,) = (await say_what_is_unbilled(database, question)).undelivered
    assert (it.kind, it.document_number, it.party_name, it.is_under_way, it.why) == (
        *("invoice", "FK1-1", "Kommune 1", False),
        "no_access_point",
    )
    await take(database, programme_closed())
    assert (await say_what_is_unbilled(database, question)).undelivered == ()


async def test_what_has_no_verdict_is_told_after_a_day_and_what_is_delivered_never(database: Database) -> None:
    await on(database, FIRST)
    await take(database, programme(), party(1), signed(1), completed(1))
    await work(database)
    question = WhatIsUnbilled(programme=PROGRAMME, on=FIRST)
    for hours, state, expected in ((23, "submitted", 0), (25, "submitted", 1), (25, "delivered", 0)):
        await deliveries_become(database, state=state, queued_at=real_now() - timedelta(hours=hours))
        assert len((await say_what_is_unbilled(database, question)).undelivered) == expected


async def test_the_state_and_the_list_say_so_from_the_twentieth_day_on(lacking: Database, tmp_path: Path) -> None:
    async with api_of(create, Settings, lacking, tmp_path) as api:

        async def seen() -> tuple[int, date | None, list[bool]]:
            pressing = await count_pressing_and_oldest(lacking)
            items = (await api.get("/billing/unbilled", programme=PROGRAMME))["items"]
            shown = [it["is_pressing"] for it in items if (it["instalment"], it["why"]) == (1, "address_incomplete")]
            return *pressing, shown

        await on(lacking, date(2024, 10, 14))
        assert await seen() == (0, None, [False])
        await on(lacking, date(2024, 10, 15))
        assert await seen() == (1, FIRST, [True])


async def test_a_closed_programme_is_told_of_no_more(lacking: Database) -> None:
    await on(lacking, date(2024, 10, 22))
    await take(lacking, session("planned", 2, last_day=date(2024, 10, 18)), programme_closed())
    assert await count_pressing_and_oldest(lacking) == (0, None)
    assert await count_reports_to_tell(lacking) == 0
    found = await say_what_is_unbilled(lacking, WhatIsUnbilled(programme=PROGRAMME, on=date(2024, 10, 21)))
    assert (found.count, found.not_completed) == (0, ())
    await take(lacking, programme(version=3))
    await work(lacking)
    await report_unbilled(lacking)
    assert await told(lacking) == [("2024-W43", 1, 0, 1)]


async def test_a_start_looks_at_no_closed_programme_and_news_of_one_is_worked_off(lacking: Database) -> None:
    await take(lacking, programme_closed())
    await work(lacking)
    await mark_every_programme(lacking)
    assert await marks_left(lacking) == 0
    await take(lacking, party(1, 2))
    await work(lacking)
    assert [it.party for it in await invoices(lacking)] == [organisation_number(2), organisation_number(1)]
    await take(lacking, programme(version=3))
    await work(lacking)
    await mark_every_programme(lacking)
    assert await marks_left(lacking) > 0
