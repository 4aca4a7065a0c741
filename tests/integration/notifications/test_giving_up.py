"""What waits for an answer that never comes is seen with its reason, and given up; until then it holds up no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.notifications import tables
from services.notifications.app import create
from services.notifications.calendars.use_cases import update_calendars
from services.notifications.mailings.use_cases import write_mailings
from services.notifications.settings import Settings
from shared.contracts.questions import WhatDocument, WhatSession
from shared.database import Database
from tests.integration.notifications.world import BO, LATER, FakeAsk, marks_left, queued, take, work
from tests.support.api import Api, api_of, problem
from tests.support.databases import count
from tests.support.events import accepted, credit_note, invoice, party, programme, received, session, session_id

NO_SUCH = "there is no such thing"


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def seen(api: Api, what: str) -> dict[str, Any]:
    (found,) = (it for it in (await api.get("/notifications/waiting"))["items"] if it["what"] == what)
    return {name: found[name] for name in ("why", "id", "reason", "given_up_by")}


async def test_a_mailing_about_a_document_that_does_not_exist_is_seen_and_given_up(
    database: Database, ask: FakeAsk, api: Api
) -> None:
    ask.refused.add(WhatDocument)
    forged = invoice(1, number=7, content=None)
    await take(database, programme(), party(1), forged, received(1))
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["application_received"]
    waits = {"why": "refused", "id": forged.id, "reason": NO_SUCH, "given_up_by": None}
    assert await seen(api, "invoice") == waits
    for _ in range(3):
        await work(database, ask)
    assert await marks_left(database) > 0

    for _ in range(2):  # again it changes nothing
        answered = await api.post(f"/notifications/waiting/{forged.id}/give-up")
        assert (answered["what"], answered["why"]) == ("invoice", "given_up")
    assert await seen(api, "invoice") == waits | {"why": "given_up", "given_up_by": "the administrator"}
    asked = len(ask.asked)
    await work(database, ask)
    assert await marks_left(database) == 0
    assert not [it for it in ask.asked[asked:] if isinstance(it, WhatDocument)]

    ask.refused.clear()
    await take(database, credit_note(1), programme(version=2))
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["application_received", "credit_note"]
    assert await marks_left(database) == 0


async def test_a_service_that_does_not_answer_has_refused_nothing(database: Database, ask: FakeAsk, api: Api) -> None:
    ask.silent.add(WhatDocument)
    event = invoice(1, content=None)
    await take(database, programme(), party(1), event)
    await work(database, ask)
    assert await seen(api, "invoice") == {"why": "answer", "id": event.id, "reason": None, "given_up_by": None}


async def test_what_cannot_be_worked_off_is_seen_where_it_waits(database: Database, ask: FakeAsk, api: Api) -> None:
    ask.concerned(1, BO)
    event = invoice(1)
    await take(database, programme(), party(1), event, accepted(1), session())

    async def fail() -> None:
        raise ZeroDivisionError

    ask.meanwhile = fail
    await work(database, ask)
    aside = {"why": "set_aside", "reason": "ZeroDivisionError", "given_up_by": None}
    assert await seen(api, "invoice") == aside | {"id": event.id}
    found = [it for it in (await api.get("/notifications/waiting"))["items"] if it["what"] == "session_invitation"]
    assert {(it["why"], it["reason"]) for it in found} == {("set_aside", "ZeroDivisionError")}

    ask.meanwhile = None
    await take(database, programme(version=2))  # news is looked at at once
    await work(database, ask)
    assert {it["why"] for it in (await api.get("/notifications/waiting"))["items"]} == {"sending"}


async def test_what_waits_for_a_party_whose_news_cannot_be_looked_at_says_so(
    database: Database, ask: FakeAsk, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.people.clear()
    await take(database, programme(), party(1), received(1), accepted(1), session())
    await work(database, ask)  # and nobody is known who is concerned
    with monkeypatch.context() as patch:

        async def fail(_: Database) -> None:
            raise ZeroDivisionError

        patch.setattr(write_mailings, "mark_mailings_of_parties", fail)
        patch.setattr(update_calendars, "mark_calendars_of_parties", fail)
        await take(database, party(1, 2))
        await work(database, ask)
    aside = {"why": "set_aside", "reason": "ZeroDivisionError", "given_up_by": None}
    assert (await seen(api, "application_received"))["why"] == "set_aside"
    assert await seen(api, "session_invitation") == aside | {"id": None}


async def test_a_session_that_is_set_aside_is_seen_where_it_waits(database: Database, ask: FakeAsk, api: Api) -> None:
    ask.concerned(1, BO)
    await take(database, programme(), party(1), accepted(1), session())
    await work(database, ask)
    await take(database, session("moved", version=9, programme="another"), programme(version=2))
    await work(database, ask)
    (aside,) = (it for it in (await api.get("/notifications/waiting"))["items"] if it["why"] == "set_aside")
    assert (aside["what"], aside["reason"]) == ("session_invitation", f"session_unknown: {session_id(1)}")
    assert aside["id"] is None  # no mark is left that could be given up


async def test_what_waits_for_a_party_that_never_comes_is_given_up_too(
    database: Database, ask: FakeAsk, api: Api
) -> None:
    event = received(1)
    await take(database, programme(), event)
    await work(database, ask)
    await api.post(f"/notifications/waiting/{event.id}/give-up")
    await take(database, party(1))
    await work(database, ask)
    assert await queued(database) == []
    assert await count(database, tables.mailing, tables.mailing.c.addressed_at.is_(None)) == 0


async def test_a_session_that_does_not_exist_is_given_up_until_something_changes_it(
    database: Database, ask: FakeAsk, api: Api
) -> None:
    ask.concerned(1, BO)
    ask.refused.add(WhatSession)
    await take(database, programme(), party(1), accepted(1), session())
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["application_accepted"]
    assert await marks_left(database) > 0
    assert (await seen(api, "session_invitation"))["id"] == session_id(1)
    await api.post(f"/notifications/waiting/{session_id(1)}/give-up")
    assert await marks_left(database) == 0
    ask.refused.clear()
    await work(database, ask)
    assert await queued(database, kind="session_invitation") == []
    await take(database, session("moved", version=2, last_day=LATER))
    await work(database, ask)
    assert len(await queued(database, kind="session_invitation")) == 1


async def test_only_what_waits_is_given_up_and_by_an_administrator(database: Database, ask: FakeAsk, api: Api) -> None:
    event = received(1)
    await take(database, programme(), party(1), event)
    await work(database, ask)
    assert len(await queued(database)) == 1
    await api.refused(404, f"/notifications/waiting/{event.id}/give-up")
    await api.refused(404, "/notifications/waiting/unknown/give-up")
    problem(await api.reader.post(f"/notifications/waiting/{event.id}/give-up"), 403)
