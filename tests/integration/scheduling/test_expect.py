"""Completing and revoking only if billing would issue what is expected: it is asked first, and nothing is locked meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from services.scheduling.app import create
from services.scheduling.settings import Settings
from shared.contracts.questions import Figures, Foreseen, Question, WhatWouldFollow
from shared.database import Database
from shared.messaging.ask import Ask, NoAnswer, RefusedToAnswer
from tests.integration.scheduling.test_admin_api import FIRST, SESSIONS, VISIT, happened, known
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase
from tests.support.events import PROGRAMME

TWELVE = {"invoices": 12, "credit_notes": 0, "total_ore": 8_000_004}
TEN = {"invoices": 0, "credit_notes": 10, "total_ore": -6_666_670}


class FakeBilling(Ask):
    """Says what would be issued, in billing's place."""

    def __init__(self) -> None:
        self.figures = TWELVE
        self.version: int | None = None  # of the session, as billing knows it; none: the one that it is asked about
        self.asked: list[Question[Any]] = []
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None  # happens while a question is under way
        self.fails: type[Exception] | None = None

    async def __call__(self, question: Question[Any]) -> Any:
        assert isinstance(question, WhatWouldFollow)
        self.asked.append(question)
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        if self.fails:
            raise self.fails
        if self.version not in (None, question.version):
            return Foreseen(version=self.version, figures=None)
        return Foreseen(version=question.version, figures=Figures(**self.figures))


@pytest.fixture
def billing() -> FakeBilling:
    return FakeBilling()


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await known(make_database)


@pytest.fixture
async def api(database: Database, tmp_path: Path, billing: FakeBilling) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path, billing) as api:
        yield api


@pytest.fixture
async def path(api: Api) -> str:
    """Of a session that has been held."""
    return f"/scheduling/sessions/{(await api.post(SESSIONS, FIRST))['id']}"


async def test_what_is_expected_and_would_be_issued_goes_through(api: Api, path: str, billing: FakeBilling) -> None:
    session = await api.post(f"{path}/completion", {"expect": TWELVE})
    assert (session["state"], session["version"]) == ("completed", 2)
    asked = {"programme": PROGRAMME, "session": session["id"]}
    assert billing.asked == [WhatWouldFollow(**asked, version=1, happens="completed")]
    billing.figures = TEN
    session = await api.post(f"{path}/completion-revoked", {"expect": TEN})
    assert (session["state"], session["version"]) == ("planned", 3)
    assert billing.asked[1:] == [WhatWouldFollow(**asked, version=2, happens="revoked")]


async def test_who_expects_nothing_in_particular_asks_nobody(api: Api, path: str, billing: FakeBilling) -> None:
    billing.fails = NoAnswer
    assert (await api.post(f"{path}/completion", {"expect": None}))["state"] == "completed"
    assert (await api.administrator.post(f"{path}/completion-revoked")).status_code == 200
    assert billing.asked == []


@pytest.mark.parametrize("field", ["invoices", "credit_notes", "total_ore"])
async def test_other_figures_are_told_and_nothing_is_changed(
    api: Api, database: Database, path: str, billing: FakeBilling, field: str
) -> None:
    for way in ("completion", "completion-revoked"):
        if way == "completion-revoked":
            await api.post(f"{path}/completion")
        before = await happened(database)
        expected = billing.figures | {field: billing.figures[field] + 1}
        found = problem(await api.administrator.post(f"{path}/{way}", json={"expect": expected}), 409)
        assert found["preview"] == billing.figures
        assert [it["field"] for it in found["errors"]] == ["expect"]
        assert await happened(database) == before


@pytest.mark.parametrize("knows", [1, 9])
async def test_billing_that_knows_another_version_of_the_session_cannot_say(
    api: Api, database: Database, path: str, billing: FakeBilling, knows: int
) -> None:
    await api.patch(path, {"title": "Oppstart"})
    billing.version = knows
    found = problem(await api.administrator.post(f"{path}/completion", json={"expect": TWELVE}), 409)
    assert "has not heard" in found["detail"]
    assert "preview" not in found
    assert "completed" not in await happened(database)


@pytest.mark.parametrize("fails", [NoAnswer, RefusedToAnswer])
async def test_without_an_answer_nothing_is_changed(
    api: Api, database: Database, path: str, billing: FakeBilling, fails: type[Exception]
) -> None:
    billing.fails = fails
    answer = await api.administrator.post(f"{path}/completion", json={"expect": TWELVE})
    assert "does not answer right now" in problem(answer, 503)["detail"]
    assert answer.headers["Retry-After"] == "2"
    assert "completed" not in await happened(database)


async def test_what_the_rules_refuse_and_what_changes_nothing_is_asked_about_by_nobody(
    api: Api, path: str, billing: FakeBilling
) -> None:
    await api.post(f"{path}/completion")
    again = await api.post(f"{path}/completion", {"expect": TWELVE})  # a double click
    assert again["version"] == 2
    ahead = await api.post(SESSIONS, FIRST | {"number": 2, "instalment": 2, "when": {"months": ["2024-10"]}})
    refused = await api.refused(422, f"/scheduling/sessions/{ahead['id']}/completion", {"expect": TWELVE})
    assert refused["rule"] == "S3"
    visit = await api.post(SESSIONS, VISIT | {"when": {"days": {"first": "2024-09-20", "last": "2024-09-20"}}})
    refused = await api.refused(422, f"/scheduling/sessions/{visit['id']}/completion", {"expect": TWELVE})
    assert (refused["rule"], refused["field"]) == ("B3", "expect")
    assert billing.asked == []


async def test_a_session_that_was_changed_since_it_was_looked_at_is_refused_before_anybody_is_asked(
    api: Api, path: str, billing: FakeBilling
) -> None:
    await api.patch(path, {"title": "Oppstart"})
    stale = {"If-Match": '"1"'}
    answer = await api.administrator.post(f"{path}/completion", json={"expect": TWELVE}, headers=stale)
    assert problem(answer, 412)["version"] == 2
    assert billing.asked == []
    answer = await api.administrator.post(f"{path}/completion", json={"expect": TWELVE}, headers={"If-Match": '"2"'})
    assert answer.json()["state"] == "completed"


async def test_a_session_that_is_changed_while_billing_is_asked_is_not_completed(
    api: Api, database: Database, path: str, billing: FakeBilling
) -> None:
    """The question locks nothing."""

    async def another_changes_it() -> None:
        await api.patch(path, {"title": "Oppstart"})

    billing.meanwhile = another_changes_it
    refused = await api.refused(409, f"{path}/completion", {"expect": TWELVE})
    assert refused["field"] == "expect"
    assert "changed just now" in refused["message"]
    assert "completed" not in await happened(database)


@pytest.mark.parametrize(
    "wrong",
    [
        {"invoices": 12, "credit_notes": 0},
        TWELVE | {"invoices": -1},
        TWELVE | {"total_ore": "8"},
        TWELVE | {"waits": 1},
        [],
    ],
)
async def test_figures_that_are_none_are_refused(api: Api, path: str, billing: FakeBilling, wrong: object) -> None:
    problem(await api.administrator.post(f"{path}/completion", json={"expect": wrong}), 422)
    assert billing.asked == []
