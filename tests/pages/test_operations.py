"""Drift: how the services are, and what they could not handle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.pages.looking import looking_at
from tests.pages.parked import park
from tests.support.demonstration import Shown

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def operator(here: Shown) -> Iterator[httpx.Client]:
    with here.browser("operator") as client:
        yield client


def an_event(here: Shown) -> dict[str, str]:
    """The key, the type, the body and the subject of an event that billing has had already."""
    with sqlite3.connect(here.folder / "registration.db") as connection:
        found = connection.execute(
            "SELECT event_id, type, body, subject FROM outbox WHERE type LIKE '%programme.opened%'"
        ).fetchone()
    connection.close()
    return dict(zip(("key", "type", "body", "subject"), found, strict=True))


def test_the_services_are_in_order_in_words_and_only_operators_see_it(
    operator: httpx.Client, browser: httpx.Client
) -> None:
    page = operator.get("/drift")
    assert page.status_code == 200
    assert "Alle fire tjenestene er i orden." in page.text
    assert "Klokken er simulert: 21. februar 2025" in page.text
    for path in ("/drift", "/drift/billing/melding/1"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/drift/billing/melding/1/forkast").status_code == 403
    assert operator.get("/drift/another/melding/1").status_code == 404


def test_a_message_is_shown_replayed_and_discarded(here: Shown, operator: httpx.Client) -> None:
    event = an_event(here)
    key = event["key"]
    park(here, "billing", **event)
    park(here, "scheduling", key="unreadable", type=EVIL, body=json.dumps({"type": EVIL}), subject="a.subject")

    page = operator.get("/drift").text
    assert "registration: programme.opened" in page
    assert EVIL not in page
    assert EVIL.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "programme.opened" in operator.get(f"/drift/billing/melding/{key}").text

    assert operator.post(f"/drift/billing/melding/{key}/behandle").status_code == 303
    assert "behandlet" in operator.get(f"/drift/billing/melding/{key}").text

    again = operator.post("/drift/scheduling/melding/unreadable/behandle")
    assert again.status_code == 409
    assert "Det ble ikke lagret" in again.text
    for _ in range(2):  # a double click
        assert operator.post("/drift/scheduling/melding/unreadable/forkast").status_code == 303
    assert "forkastet" in operator.get("/drift/scheduling/melding/unreadable").text
    assert "Meldinger som ikke kunne behandles" not in operator.get("/drift").text


def test_all_messages_of_a_type_are_replayed_at_once(here: Shown, operator: httpx.Client) -> None:
    event = an_event(here)
    park(here, "notifications", **event)
    answer = operator.post("/drift/notifications/behandle-alle", data={"type": event["type"]})
    assert answer.headers["location"] == "/drift?gjort=meldinger-behandlet"


async def test_a_service_that_does_not_answer_is_said_and_the_others_are_shown(here: Shown, tmp_path: Path) -> None:
    async with looking_at(here, tmp_path) as it:
        it.browser.cookies.clear()
        assert (await it.browser.post("/logg-inn", data={"key": here.key("operator")})).status_code == 303
        it.asked.away = {"billing"}
        page = await it.browser.get("/drift")
    assert page.status_code == 200
    assert 'Fakturering: <span class="due">Svarer ikke</span>' in page.text
    assert "Plan: I orden" in page.text
