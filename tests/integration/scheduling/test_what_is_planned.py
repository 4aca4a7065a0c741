"""What scheduling answers when it is asked what is planned (S1)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.sessions.use_cases.say_what_is_planned import say_what_is_planned
from services.scheduling.settings import Settings
from shared.contracts.questions import Planned, WhatIsPlanned
from shared.database import Database
from tests.support.api import Api, api_of
from tests.support.databases import MakeDatabase
from tests.support.events import PROGRAMME, accepted, organisation_number, party, programme
from tests.support.facts import take

PLAN = f"/scheduling/programmes/{PROGRAMME}/sessions"


def days(first: str, last: str) -> dict[str, Any]:
    return {"days": {"first": first, "last": last}}


async def planned(api: Api, number: int, when: dict[str, Any], **more: Any) -> str:
    body = {"kind": "joint_session", "format": "digital", "title": f"Samling {number}", "number": number, "when": when}
    return str((await api.post(PLAN, body | more))["id"])


async def asked(database: Database, **of: Any) -> Planned:
    return await say_what_is_planned(database, WhatIsPlanned(**of))


async def test_what_a_period_leaves_out_is_what_could_not_be_planned_in_it(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    database = await make_database("scheduling")
    await take(consumers, database, programme(), party(1), accepted(1))
    visit = {"kind": "guidance_visit", "party": organisation_number(1)}
    async with api_of(create, Settings, database, tmp_path) as api:
        late = await planned(api, 1, days("2025-06-30", "2025-07-01"))
        await planned(api, 2, {"months": ["2025-06"]})
        await planned(api, 3, days("2025-06-29", "2025-06-30"), accepted=["weekend"])
        of_one = await planned(api, 4, days("2025-10-07", "2025-10-07"), **visit)
        gone = await planned(api, 5, days("2025-11-20", "2025-11-21"))
        await api.post(f"/scheduling/sessions/{gone}/cancellation")
        await planned(api, 6, {"months": ["2026-01"]}, kind="sharing_arena", format="undecided")
    found = await asked(database, programme=PROGRAMME, period_start=date(2024, 8, 1), period_end=date(2025, 6, 30))
    assert (found.count, [it.session for it in found.first]) == (2, [late, of_one])
    assert (found.first[0].kind, found.first[0].number) == ("joint_session", 1)
    assert found.first[0].when == "30. juni – 1. juli 2025"
    assert (await asked(database, programme=PROGRAMME)).count == 5
    assert [it.session for it in (await asked(database, party=organisation_number(1))).first] == [of_one]
    assert await asked(database, programme="another") == Planned(count=0, first=())
