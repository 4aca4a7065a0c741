"""Completing a joint session, and taking that back: what leaves the house is seen first, and nothing else leaves it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from pages.app import create
from pages.frame.words import in_norwegian_order
from pages.settings import Settings
from tests.pages.test_gatherings import after, form_of, send, session
from tests.support.demonstration import PROGRAMME, Shown
from tests.support.waiting import PATIENCE

Answer = Callable[[httpx.Request], httpx.Response | None]
PREVIEW = f"/billing/programmes/{PROGRAMME}/preview"


@pytest.fixture
def api(here: Shown) -> Iterator[httpx.Client]:
    with here.api() as client:
        yield client


class Between(httpx.AsyncHTTPTransport):
    """What pages ask the services, and what a test has come back instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return self._answer(request) or await super().handle_async_request(request)


@asynccontextmanager
async def pages_with(here: Shown, answer: Answer) -> AsyncIterator[tuple[httpx.AsyncClient, Between]]:
    """Pages beside those that run, for an administrator who is logged in there."""
    between = Between(answer)
    settings = Settings(public_url=here.url, session_secret_file=here.folder / "session-secret", api_url=here.url)
    app = create(settings, transport=between)
    with here.browser() as browser:
        cookies = dict(browser.cookies)
    pages = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=pages, base_url=here.url, cookies=cookies, timeout=PATIENCE) as client:
        yield client, between
    await app.state.http.aclose()


def nothing(_: httpx.Request) -> None:
    return None


async def test_the_page_asks_each_thing_once_however_many_municipalities_there_are(
    here: Shown, api: httpx.Client
) -> None:
    it = session(api, "joint_session", 1)
    async with pages_with(here, nothing) as (client, between):
        assert "12 kreditnotaer" in (await client.get(f"/samling/{it['id']}")).text
    assert sorted(between.asked) == sorted(
        [
            f"/scheduling/sessions/{it['id']}",
            "/scheduling/operations/clock",
            f"/registration/programmes/{PROGRAMME}",
            PREVIEW,
            f"/billing/programmes/{PROGRAMME}/invoices",
        ]
    )


async def test_without_billing_the_page_has_no_button_and_says_why(here: Shown, api: httpx.Client) -> None:
    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(503) if request.url.path.startswith("/billing") else None

    async with pages_with(here, answer) as (client, _):
        page = await client.get(f"/samling/{session(api, 'joint_session', 3)['id']}")
    assert page.status_code == 200
    assert "Fakturaene kan ikke vises nå" in page.text
    assert "Faktureringen svarer ikke." in page.text
    assert "/gjennomfort" not in page.text
    assert "/flytt" in page.text


async def test_without_scheduling_there_is_nothing_to_show(here: Shown, api: httpx.Client) -> None:
    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(503) if request.url.path.startswith("/scheduling") else None

    async with pages_with(here, answer) as (client, _):
        page = await client.get(f"/samling/{session(api, 'joint_session', 3)['id']}")
    assert page.status_code == 503
    assert "Planen svarer ikke akkurat nå." in page.text


async def test_while_billing_has_not_heard_of_the_last_change_there_is_no_button_but_a_link(
    here: Shown, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = session(api, "joint_session", 3)
    known = [{"id": it["id"], "version": it["version"] - 1, "state": "planned"}]
    old = {"invoices": 3, "credit_notes": 0, "total_ore": 3, "sessions": known}

    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=old) if request.url.path == PREVIEW else None

    monkeypatch.setattr("pages.gatherings.asking.PAUSES", (0.01, 0.01))
    async with pages_with(here, answer) as (client, between):
        page = await client.get(f"/samling/{it['id']}")
    assert between.asked.count(PREVIEW) == 3
    assert "Faktureringen har ikke fått med seg den siste endringen" in page.text
    assert f'<a href="/samling/{it["id"]}">Se på nytt</a>' in page.text
    assert "3 fakturaer" not in page.text
    assert "/gjennomfort" not in page.text
    assert "http-equiv" not in page.text


async def test_the_page_waits_until_billing_has_heard(
    here: Shown, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = session(api, "joint_session", 3)
    not_yet = [httpx.Response(404, json={"detail": "no such session"})] * 2

    def answer(request: httpx.Request) -> httpx.Response | None:
        return not_yet.pop() if request.url.path == PREVIEW and not_yet else None

    monkeypatch.setattr("pages.gatherings.asking.PAUSES", (0.01,) * 9)
    async with pages_with(here, answer) as (client, _):
        page = await client.get(f"/samling/{it['id']}")
    assert not not_yet
    assert "<button>Registrer og send 12 fakturaer</button>" in page.text


def test_what_is_shown_is_sent_and_seen_and_credited_when_it_is_taken_back(
    browser: httpx.Client, api: httpx.Client
) -> None:
    it = session(api, "joint_session", 3)
    page = browser.get(f"/samling/{it['id']}").text
    for text in ("12 fakturaer sendes, til sammen 80\N{NO-BREAK SPACE}000,04 kr", "Trondheim kommune"):
        assert text in page
    assert "<button>Registrer og send 12 fakturaer</button>" in page
    names = re.findall(r'<th scope="row"><bdi>([^<]+)</bdi>', page)
    assert names == sorted(names, key=in_norwegian_order)
    assert len(names) == 12

    other = send(browser, it, "gjennomfort", expect__invoices="11")
    assert other.status_code == 409
    assert "ingenting er sendt" in other.text
    assert form_of(other.text, "gjennomfort")["expect.invoices"] == "12"
    assert api.get(f"/scheduling/sessions/{it['id']}").json()["state"] == "planned"

    for _ in range(2):  # a double click
        completed = browser.post(f"/samling/{it['id']}/gjennomfort", data=form_of(page, "gjennomfort"))
        page_after = after(browser, completed)
    assert "12 fakturaer er utstedt" in page_after
    assert "<dd>gjennomført</dd>" in page_after
    assert "12 kreditnotaer sendes" in page_after
    invoices = api.get(f"/billing/programmes/{PROGRAMME}/invoices", params={"limit": 500}).json()["items"]
    assert sum(one["session"] == it["id"] for one in invoices) == 12

    page_after = after(browser, send(browser, it, "gjennomfort-angre"))
    assert "<dd>planlagt</dd>" in page_after
    assert "<button>Registrer og send 12 fakturaer</button>" in page_after


def test_a_digital_session_is_completed_and_nothing_is_sent(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "joint_session", 2)
    page = browser.get(f"/samling/{it['id']}").text
    assert "Samlingen er ikke fysisk" in page
    assert "<button>Angre registreringen</button>" in page
    assert "<button>Registrer som gjennomført</button>" in after(browser, send(browser, it, "gjennomfort-angre"))
    assert "<dd>gjennomført</dd>" in after(browser, send(browser, it, "gjennomfort"))


def test_what_carries_an_instalment_says_where_before_it_is_completed(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "joint_session", 3)
    nowhere = after(browser, send(browser, it, "endre", venue="", city=""))
    assert "Si først i hvilket lokale og på hvilket sted" in nowhere
    assert "/gjennomfort" not in nowhere
    assert "/gjennomfort" in after(browser, send(browser, it, "endre", venue="Olavshallen", city="Trondheim"))


def test_an_instalment_that_another_session_carries_is_refused(browser: httpx.Client, api: httpx.Client) -> None:
    it = session(api, "joint_session", 3)
    taken = send(browser, it, "rate", instalment="1")
    assert taken.status_code == 409
    assert 'id="rate-instalment-feil"' in taken.text
    none = after(browser, send(browser, it, "rate", instalment=""))
    assert "<dt>Rate</dt><dd>ingen</dd>" in none
    assert "<dt>Rate</dt><dd>rate 2</dd>" in after(browser, send(browser, it, "rate", instalment="2"))


async def test_what_would_wait_or_be_set_aside_is_said_with_why(here: Shown, api: httpx.Client) -> None:
    it = session(api, "joint_session", 1)
    whose = {"party": "921221967", "party_name": "<b>Molde</b>", "agreement": "1", "instalment": 1}
    credit = whose | {"amount_ore": 666_667, "invoice": 7, "document_number": "FK1-7", "reason": "completion_revoked"}
    foreseen = {
        "invoices": 0,
        "credit_notes": 1,
        "total_ore": -666_667,
        "nothing_because": None,
        "issued": [],
        "credited": [credit],
        "set_aside": [whose | {"instalment": None, "why": "rule_raised", "explanation": "Regelen feiler."}],
        "waits": {
            "documents": 2,
            "why": "Flere enn 50: de venter.",
            "held": [whose | {"invoice": 8, "amount_ore": 666_667}],
        },
        "sessions": [{"id": it["id"], "version": it["version"], "state": "completed"}],
    }

    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=foreseen) if request.url.path == PREVIEW else None

    async with pages_with(here, answer) as (client, _):
        page = (await client.get(f"/samling/{it['id']}")).text
    for text in (
        "1 kreditnota sendes, til sammen 6\N{NO-BREAK SPACE}666,67 kr",
        "1 rate settes til side",
        '<span class="due">Regelen feiler.</span>',
        "2 dokumenter vil vente på godkjenning.",
        "Flere enn 50: de venter.",
        "faktura FK1-8 krediteres",
        "&lt;b&gt;Molde&lt;/b&gt;",
        "<button>Angre registreringen og send 1 kreditnota</button>",
    ):
        assert text in page, text
    assert form_of(page, "gjennomfort-angre")["expect.total_ore"] == "-666667"
