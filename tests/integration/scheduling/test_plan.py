"""A plan as a whole: a draft until it is published, then revised with each change that it shows (S6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from services.scheduling import tables
from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.plans.use_cases.publish_plan import tell_of_plans_from_before
from services.scheduling.settings import Settings
from shared.contracts.envelope import Event
from shared.contracts.questions import PublishingSends, Question, WhatPublishingSends
from shared.contracts.scheduling import Plan
from shared.database import Database
from shared.messaging.ask import Ask, NoAnswer
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME, organisation_number, party, programme
from tests.support.facts import events_of, take

OF_PROGRAMME = f"/scheduling/programmes/{PROGRAMME}"
SESSIONS, PLAN, PUBLICATION = f"{OF_PROGRAMME}/sessions", f"{OF_PROGRAMME}/plan", f"{OF_PROGRAMME}/plan/publication"
NOW = datetime(2024, 6, 11, 14, tzinfo=UTC)
TODAY = NOW.date()
FIRST: dict[str, Any] = {
    "kind": "joint_session",
    "format": "physical",
    "title": "Fellessamling 1",
    "number": 1,
    "instalment": 1,
    "when": {"weeks": [{"year": 2024, "first": 39, "last": 39}]},
    "venue": "Kimen",
    "city": "Stjørdal",
}
SECOND = FIRST | {"title": "Fellessamling 2", "number": 2, "instalment": None, "format": "digital"}
EXACT = {"days": {"first": "2024-09-24", "last": "2024-09-25"}}
VISIT = {
    "kind": "guidance_visit",
    "format": "physical",
    "title": "Veiledningsbesøk 1",
    "number": 1,
    "party": organisation_number(1),
    "when": {"months": ["2024-10"]},
}


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("scheduling")
    await set_clock(database, NOW)
    await take(consumers, database, programme(), party(1))
    return database


class FakeNotifications(Ask):
    """Says how many mails publishing would send, in notifications' place; nobody is there while `sends` is none."""

    def __init__(self) -> None:
        self.sends: PublishingSends | None = PublishingSends(plans=3, invitations=7)

    async def __call__(self, question: Question[Any]) -> Any:
        assert question == WhatPublishingSends(programme=PROGRAMME)
        if self.sends is None:
            raise NoAnswer
        return self.sends


@pytest.fixture
def notifications() -> FakeNotifications:
    return FakeNotifications()


@pytest.fixture
async def api(database: Database, tmp_path: Path, notifications: FakeNotifications) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path, notifications) as api:
        yield api


async def told(database: Database) -> list[Event[Any]]:
    """Of the plan as a whole."""
    return [it for it in await events_of(database) if isinstance(it.data, Plan)]


async def revisions(api: Api) -> list[tuple[int, str | None, int | None]]:
    """Number, reason and how many sessions were changed, the newest first."""
    return [(it["number"], it["reason"], it["changed"]) for it in (await api.get(PLAN))["revisions"]]


async def test_a_plan_is_a_draft_until_it_is_published(api: Api, database: Database) -> None:
    await api.post(SESSIONS, FIRST)
    await api.post(SESSIONS, VISIT)
    draft = await api.get(PLAN)
    assert (draft["state"], draft["revision"], draft["sessions"], draft["revisions"]) == ("draft", 0, 1, [])
    assert await told(database) == []
    shown = await api.post(PUBLICATION)
    assert (shown["state"], shown["revision"], shown["published_on"]) == ("published", 1, TODAY.isoformat())
    (event,) = await told(database)
    assert event.type == "kulturskole.scheduling.plan.published.v1"
    assert event.data == Plan(version=1, programme=PROGRAMME, revision=1, published_on=TODAY, sessions=1)
    assert event.subject == f"{PROGRAMME}._"


async def test_it_is_published_once(api: Api, database: Database) -> None:
    await api.post(PUBLICATION)
    assert (await api.refused(409, PUBLICATION))["code"] == "plan_is_published"
    assert len(await told(database)) == 1
    assert (await api.refused(404, "/scheduling/programmes/other/plan/publication"))["field"] == "programme"
    assert problem(await api.reader.get("/scheduling/programmes/other/plan"), 404)["code"] == "programme_is_not_known"


async def test_it_says_before_how_many_mails_publishing_sends(api: Api, notifications: FakeNotifications) -> None:
    assert (await api.get(PLAN))["publishing_sends"] == {"plans": 3, "invitations": 7}
    notifications.sends = None
    assert (await api.get(PLAN))["publishing_sends"] is None
    await api.post(PUBLICATION)
    notifications.sends = PublishingSends(plans=3, invitations=7)
    assert (await api.get(PLAN))["publishing_sends"] is None


async def test_who_has_looked_at_another_state_of_it_publishes_nothing(api: Api) -> None:
    refused = await api.administrator.post(PUBLICATION, headers={"If-Match": '"7"'})
    assert refused.status_code == 412
    tag = (await api.administrator.get(PLAN)).headers["ETag"]
    assert (await api.administrator.post(PUBLICATION, headers={"If-Match": tag})).status_code == 201


async def test_while_it_is_a_draft_no_change_is_a_revision(api: Api, database: Database) -> None:
    id = (await api.post(SESSIONS, FIRST))["id"]
    await api.post(f"/scheduling/sessions/{id}/sharpening", {"when": EXACT})
    assert await revisions(api) == []
    assert await told(database) == []


async def test_each_change_of_a_published_plan_is_a_revision_with_its_reason(api: Api, database: Database) -> None:
    id = (await api.post(SESSIONS, FIRST))["id"]
    await api.post(PUBLICATION)
    path = f"/scheduling/sessions/{id}"
    await api.post(f"{path}/sharpening", {"when": EXACT})
    await api.patch(path, {"venue": "Plassen", "city": "Molde", "reason": "venue"})
    later = {"days": {"first": "2024-10-01", "last": "2024-10-02"}}
    await api.post(f"{path}/move", {"when": later, "reason": "postponed"})
    await api.post(f"{path}/cancellation", {"reason": "illness"})
    await api.post(f"{path}/cancellation-revoked")
    await api.post(f"{path}/format", {"format": "digital"})
    await api.post(SESSIONS, SECOND)
    reasons = ["other", "venue", "postponed", "illness", "other", "other", "other"]
    numbered = [(n, reason, 1) for n, reason in enumerate(reasons, 2)]
    assert await revisions(api) == [*reversed(numbered), (1, None, None)]
    events = await told(database)
    assert [it.data.version for it in events] == [it.data.revision for it in events] == list(range(1, 9))
    assert [it.data.sessions for it in events] == [1, 1, 1, 1, 0, 1, 1, 2]
    assert {(it.data.published_on, it.data.revised_on) for it in events[1:]} == {(TODAY, TODAY)}
    assert (await api.get(PLAN))["revision"] == 8


async def test_what_the_plan_does_not_show_makes_no_revision(api: Api) -> None:
    """What one party alone is visited by, which instalment a session carries, its link, and that it was held."""
    id = (
        await api.post(
            SESSIONS,
            FIRST
            | {
                "when": {"days": {"first": "2024-06-11", "last": "2024-06-11"}},
                "kind": "inspiration_session",
                "instalment": None,
            },
        )
    )["id"]
    carrier = (await api.post(SESSIONS, FIRST))["id"]
    visit = (await api.post(SESSIONS, VISIT))["id"]
    await api.post(PUBLICATION)
    await api.post(f"/scheduling/sessions/{visit}/move", {"when": {"months": ["2024-11"]}, "reason": "illness"})
    await api.post(SESSIONS, VISIT | {"number": 2})
    await api.post(f"/scheduling/sessions/{carrier}/instalment", {"instalment": 2})
    await api.patch(f"/scheduling/sessions/{id}", {"meeting_link": "https://mote.example/1"})
    await api.post(f"/scheduling/sessions/{id}/completion")
    await api.post(f"/scheduling/sessions/{id}/completion-revoked")
    await api.patch(f"/scheduling/sessions/{id}", {"title": FIRST["title"]})
    assert await revisions(api) == [(1, None, None)]


async def test_who_asked_for_a_revision_is_for_administrators(api: Api) -> None:
    await api.post(PUBLICATION)
    assert [it["by"] for it in (await api.get(PLAN))["revisions"]] != [None]
    assert [it["by"] for it in (await api.reader.get(PLAN)).json()["revisions"]] == [None]


async def test_plans_from_before_are_told_of_once_and_a_change_goes_first(api: Api, database: Database) -> None:
    """A programme that the migration found; whatever is changed before the service has told of its plan is the second revision."""
    await take(
        consumers, database, programme("another", period_start=date(2024, 1, 1)), programme("gone", 2, deleted=True)
    )
    async with database.transaction() as connection:
        for code in (PROGRAMME, "another", "gone"):
            await connection.execute(insert(tables.plan).values(programme=code, version=0, revision=1))
    assert (await api.get(PLAN))["state"] == "published"
    await api.post(SESSIONS, FIRST)
    for _ in range(2):
        await tell_of_plans_from_before(database)
    found = [
        (it.data.programme, it.data.version, it.data.revision, it.data.published_on) for it in await told(database)
    ]
    assert found == [(PROGRAMME, 1, 1, None), (PROGRAMME, 2, 2, None), ("another", 1, 1, None)]
    assert await revisions(api) == [(2, "other", 1), (1, None, None)]
    assert (await api.refused(409, PUBLICATION))["code"] == "plan_is_published"
