"""A programme's period, which scheduling is asked about before it shrinks (S1)."""

from __future__ import annotations

from datetime import date

from shared.contracts.questions import WhatIsPlanned
from shared.database import Database
from tests.integration.registration.world import CODE, OF_PROGRAMME, PROGRAMME, FakeScheduling, happened
from tests.support.api import Api, problem

SHORTER = {"period_end": "2025-06-30"}


async def test_a_period_does_not_shrink_below_what_is_planned_in_it(
    api: Api, database: Database, scheduling: FakeScheduling
) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    scheduling.plans(3)
    refused = await api.refused(409, OF_PROGRAMME, SHORTER, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("S1", "period_end")
    assert "joint_session 6 (20.–21. november 2025) and 2 more" in refused["message"]
    refused = await api.refused(409, OF_PROGRAMME, {"period_start": "2025-01-01"}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("S1", "period_start")
    assert await happened(database) == ["programme.opened"]
    scheduling.plans(0)
    changed = await api.patch(OF_PROGRAMME, SHORTER)
    assert (changed["version"], changed["period_end"]) == (2, "2025-06-30")
    assert scheduling.asked[-1] == WhatIsPlanned(
        programme=CODE, period_start=date(2024, 8, 1), period_end=date(2025, 6, 30)
    )


async def test_nobody_is_asked_where_the_period_stays_or_grows(api: Api, scheduling: FakeScheduling) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    scheduling.is_silent = True
    await api.patch(OF_PROGRAMME, {"period_start": "2024-07-01", "period_end": "2026-06-30"})
    await api.patch(OF_PROGRAMME, {"name": "Et annet navn"})
    assert scheduling.asked == []


async def test_a_period_does_not_shrink_while_scheduling_does_not_answer(
    api: Api, database: Database, scheduling: FakeScheduling
) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    scheduling.is_silent = True
    refused = problem(await api.administrator.patch(OF_PROGRAMME, json=SHORTER), 503)
    assert "does not answer right now" in refused["detail"]
    assert await happened(database) == ["programme.opened"]


async def test_what_was_asked_about_another_period_does_not_count(api: Api, scheduling: FakeScheduling) -> None:
    await api.post("/registration/programmes", PROGRAMME)

    async def another_changes_it() -> None:
        scheduling.meanwhile = None
        await api.patch(OF_PROGRAMME, {"period_end": "2026-06-30"})

    scheduling.meanwhile = another_changes_it
    assert (await api.refused(409, OF_PROGRAMME, SHORTER, method="PATCH"))["field"] == "programme"
    assert (await api.get(OF_PROGRAMME))["period_end"] == "2026-06-30"


async def test_a_period_that_ends_before_it_starts_is_refused_before_anybody_is_asked(
    api: Api, scheduling: FakeScheduling
) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    assert (await api.refused(422, OF_PROGRAMME, {"period_end": "2024-01-01"}, method="PATCH"))["rule"] == "R6"
    assert scheduling.asked == []
