from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.notifications.app import create
from services.notifications.settings import Settings
from shared.contracts.questions import WhatDocument
from shared.database import Database
from tests.integration.notifications.world import ADA, BO, FakeAsk, queued, send, take, work
from tests.support.api import Api, api_of, problem
from tests.support.events import (
    PROGRAMME,
    accepted,
    invoice,
    organisation_number,
    party,
    programme,
    received,
    signed,
)
from tests.support.smtp import MailServer

ONE, TWO = organisation_number(1), organisation_number(2)


@pytest.fixture
async def database(database: Database, ask: FakeAsk, smtp: MailServer) -> Database:
    """Ada's mail was sent, Bo's has failed, and an invoice waits."""
    ask.concerned(1, ADA, BO)
    smtp.answer(BO.email, "550 no such user")
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    await send(database, smtp)
    ask.silent.add(WhatDocument)
    await take(database, invoice(1, content=None))
    await work(database, ask)
    return database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api


async def test_mails_are_shown_with_what_became_of_them(api: Api, database: Database) -> None:
    sent, failed = (await api.get("/notifications/mails"))["items"]
    (ada,) = await queued(database, person="ada")
    assert {name: sent[name] for name in sent if name not in ("made_at", "sent_at")} == {
        "id": ada.id,
        "version": 2,
        "kind": "application_received",
        "programme": PROGRAMME,
        "party": ONE,
        "party_name": "Kommune 1",
        "state": "sent",
        "event": ada.event_id,
        "session": None,
        "tries": 1,
        "reply": None,
        "reason": None,
        "repeats": None,
        "recipient": None,
    }
    assert (failed["state"], failed["reply"], failed["sent_at"]) == ("failed", 550, None)


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ({"state": "failed"}, ["failed"]),
        ({"state": "queued"}, []),
        ({"programme": PROGRAMME}, ["sent", "failed"]),
        ({"programme": PROGRAMME, "kind": "invoice"}, []),
        ({"kind": "application_received", "state": "sent"}, ["sent"]),
        ({"kind": "invoice"}, []),
        ({"party": ONE, "person": "ada"}, ["sent"]),
        ({"party": TWO}, []),
    ],
)
async def test_mails_can_be_looked_for(api: Api, query: dict[str, str], states: list[str]) -> None:
    assert [it["state"] for it in (await api.get("/notifications/mails", **query))["items"]] == states


async def test_mails_of_a_programme_that_nobody_knows_are_not_found(api: Api) -> None:
    refused = problem(await api.administrator.get("/notifications/mails?programme=another"), 404)
    assert [it["field"] for it in refused["errors"]] == ["programme"]


async def test_mails_come_in_pages(api: Api) -> None:
    page = await api.get("/notifications/mails", limit=1)
    rest = await api.get("/notifications/mails", limit=1, after=page["next"])
    assert [it["state"] for it in page["items"] + rest["items"]] == ["sent", "failed"]
    assert rest["next"] is None


async def test_the_newest_mails_come_first_for_who_asks_page_by_page(api: Api) -> None:
    page = await api.get("/notifications/mails", limit=1, newest_first=True)
    rest = await api.get("/notifications/mails", limit=1, newest_first=True, after=page["next"])
    assert [it["state"] for it in page["items"] + rest["items"]] == ["failed", "sent"]
    assert rest["next"] is None


async def test_mails_are_found_by_where_they_went(api: Api) -> None:
    for address in (BO.email, BO.email.upper()):
        found = await api.get("/notifications/mails", address=address)
        assert [it["state"] for it in found["items"]] == ["failed"]
    assert (await api.get("/notifications/mails", address="nobody@kommune.example"))["items"] == []


async def test_who_a_mail_went_to_is_shown_only_to_administrators_who_ask(api: Api) -> None:
    unasked = await api.administrator.get("/notifications/mails")
    assert "kommune.example" not in unasked.text
    asked = await api.get("/notifications/mails", with_addresses=True)
    assert [it["recipient"] for it in asked["items"]] == [
        {"person": it.person, "name": it.name, "address": it.email} for it in (ADA, BO)
    ]
    problem(await api.reader.get("/notifications/mails"), 403)

    unknown = problem(await api.administrator.get("/notifications/mails?kind=letter"), 422)
    assert unknown["errors"][0]["field"] == "kind"


async def test_what_waits_says_for_what_and_since_when(api: Api, database: Database) -> None:
    await take(database, signed(2))
    items = (await api.get("/notifications/waiting"))["items"]
    waiting = {it["what"]: it for it in items}
    assert [
        (waiting[it]["programme"], waiting[it]["party"], waiting[it]["why"]) for it in ("invoice", "agreement_signed")
    ] == [
        (PROGRAMME, ONE, "answer"),
        (PROGRAMME, TWO, "party"),
    ]
    assert waiting["invoice"]["since"] == "2024-09-01T12:00:00Z"
    assert [it["since"] for it in items] == sorted(it["since"] for it in items)


async def test_the_cursor_of_what_waits_can_be_pasted_and_no_other_is_taken(api: Api, database: Database) -> None:
    await take(database, signed(2))
    page = await api.get("/notifications/waiting?limit=1")
    rest = await api.get(f"/notifications/waiting?after={page['next']}")
    assert page["items"] + rest["items"] == (await api.get("/notifications/waiting"))["items"]
    for spoilt in (page["next"].replace("Z", "+00:00", 1), "zzz", ""):
        refused = problem(await api.administrator.get(f"/notifications/waiting?after={spoilt}"), 422)
        assert [it["field"] for it in refused["errors"]] == ["after"]


async def test_what_waits_names_nobody(api: Api, database: Database, ask: FakeAsk) -> None:
    await take(database, accepted(1))
    await work(database, ask)
    answer = await api.reader.get("/notifications/waiting")
    assert "sending" in [it["why"] for it in answer.json()["items"]]
    assert "kommune.example" not in answer.text


async def test_the_summary_counts_what_was_sent_and_what_failed(api: Api) -> None:
    counts = {"mails": 1, "failed": 1, "mails_by_kind": {"application_received": 1}}
    assert await api.get("/notifications/summary", programme=PROGRAMME) == counts
    nothing = {"mails": 0, "failed": 0, "mails_by_kind": {}}
    assert await api.get("/notifications/summary", programme="another") == nothing


async def test_a_failed_mail_is_had_tried_again(api: Api, database: Database, smtp: MailServer) -> None:
    (failed,) = (await api.get("/notifications/mails", state="failed"))["items"]
    again = await api.post(f"/notifications/mails/{failed['id']}/retry")
    assert (again["state"], again["tries"], again["recipient"]) == ("queued", 0, None)
    assert (await queued(database, person="bo"))[0].changed_by == "the administrator"
    smtp.answer(BO.email, "250 ok")
    await send(database, smtp)
    assert len(smtp.to(BO.email)) == 1
    counts = {"mails": 2, "failed": 0, "mails_by_kind": {"application_received": 2}}
    assert await api.get("/notifications/summary", programme=PROGRAMME) == counts


async def test_failed_mails_are_had_tried_again_together(api: Api, database: Database, smtp: MailServer) -> None:
    nothing = {"queued": 0, "overtaken": 0, "lost": 0}
    assert await api.post("/notifications/mails/retry", {"programme": "another"}) == nothing
    assert await api.post("/notifications/mails/retry", {"reply": 451}) == nothing
    assert await api.post("/notifications/mails/retry", {"programme": PROGRAMME, "reply": 550}) == nothing | {
        "queued": 1
    }
    assert await api.post("/notifications/mails/retry", {}) == nothing
    assert (await queued(database, person="bo"))[0].changed_by == "the administrator"
    smtp.answer(BO.email, "250 ok")
    await send(database, smtp)
    assert len(smtp.to(BO.email)) == 1


async def test_a_mail_that_never_failed_or_is_not_known_is_not_tried_again(api: Api) -> None:
    (sent,) = (await api.get("/notifications/mails", state="sent"))["items"]
    await api.refused(409, f"/notifications/mails/{sent['id']}/retry")
    await api.refused(404, "/notifications/mails/unknown/retry")


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "state=lost", "with_addresses=perhaps"])
async def test_a_query_that_cannot_be_is_refused(api: Api, query: str) -> None:
    problem(await api.administrator.get(f"/notifications/mails?{query}"), 422)


async def test_readers_read_and_administrators_change(api: Api) -> None:
    for path in ("waiting", f"summary?programme={PROGRAMME}"):
        assert (await api.reader.get(f"/notifications/{path}")).status_code == 200
    problem(await api.reader.post("/notifications/mails/unknown/retry"), 403)
    problem(await api.reader.post("/notifications/mails/retry", json={}), 403)


async def test_nothing_answers_without_a_key(api: Api) -> None:
    schema = (await api.reader.get("/openapi.json")).json()
    paths = {path: methods for path, methods in schema["paths"].items() if path.startswith("/notifications/")}
    assert {"/notifications/waiting", "/notifications/mails/{id}/retry"} <= paths.keys()
    for path, methods in paths.items():
        if "/health/" not in path:
            for method in methods:
                answer = await api.reader.request(method, path.replace("{id}", "x"), headers={"Authorization": ""})
                problem(answer, 401)
