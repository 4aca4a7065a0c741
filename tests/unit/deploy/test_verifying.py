"""`kulturskole billing verify`: what it asks, what it says, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import httpx
import pytest
from typer.testing import CliRunner

from deploy import verifying
from deploy.cli import app
from deploy.client import Client
from services.billing.documents.domain.verification import Code

LINK = "ab" * 32


def series(name: str, count: int, **more: Any) -> dict[str, Any]:
    first, last, link = (1, count, LINK) if count else (None, None, None)
    nothing = {"contents_lost": 0, "not_linked": 0}
    return {"series": name, "count": count, "first": first, "last": last, "link": link} | nothing | more


def finding(code: str, number: int, until: int, *fields: str) -> dict[str, Any]:
    return {"series": "q/invoices", "code": code, "number": number, "until": until, "fields": list(fields)}


SOUND = {
    "programme": "p",
    "holds": True,
    "series": [series("p/invoices", 35), series("p/credit-notes", 0)],
    "findings": [],
    "more": 0,
}
WRONG = {
    "programme": "q",
    "holds": False,
    "series": [series("q/invoices", 9, contents_lost=2, not_linked=1), series("q/credit-notes", 1)],
    "findings": [
        finding("number_is_missing", 3, 5),
        finding("content_disagrees", 7, 7, "amount_ore", "kid"),
        finding("of_a_newer_billing", 8, 8),
    ],
    "more": 12,
}
PAGES = {
    "": {"items": [{"programme": "p"}, {"programme": "p"}], "next": "p/invoice"},
    "p/invoice": {"items": [{"programme": "q"}, {"programme": "q"}], "next": None},
}


@pytest.fixture
def billing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers over HTTP as billing does."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer k"
        if request.url.path == "/billing/series":
            return httpx.Response(200, json=PAGES[request.url.params.get("after", "")])
        found = {"p": SOUND, "q": WRONG}.get(request.url.path.split("/")[3])
        return httpx.Response(200, json=found) if found else httpx.Response(404, json={"detail": "not known"})

    def client(url: str, key: str) -> Client:
        return Client(url, key, transport=httpx.MockTransport(answer))

    monkeypatch.setattr(verifying, "Client", client)


Run = Callable[..., Any]


@pytest.fixture
def run(billing: None) -> Run:
    del billing
    return lambda *words: CliRunner().invoke(app, ["billing", "verify", *words, "--key", "k"])


def test_it_lists_each_series_with_its_last_link_and_ends_well_where_nothing_is_found(run: Run) -> None:
    done = run("p")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"p/invoices: 35 documents, 1 to 35, last link {LINK}",
        "p/credit-notes: none",
    ]


def test_it_says_what_is_wrong_with_series_and_number_and_ends_with_1(run: Run) -> None:
    done = run("q")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"q/invoices: 9 documents, 1 to 9, last link {LINK}",
        "  of 2 the content is lost, and with it what their links covered",
        "  1 at the end have no link yet: the next one that is issued brings them theirs",
        f"q/credit-notes: 1 documents, 1 to 1, last link {LINK}",
        "WRONG q/invoices 3 to 5: nothing stands there",
        "WRONG q/invoices 7: what stands beside its content says something else (amount_ore, kid)",
        "WRONG q/invoices 8: of_a_newer_billing",
        "and 12 more of q",
    ]


def test_without_a_programme_it_asks_for_all_of_them(run: Run) -> None:
    done = run("--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [SOUND, WRONG]


def test_whatever_billing_may_find_is_said_in_words() -> None:
    assert set(verifying.FOUND) == set(get_args(Code))
