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
from services.billing.files.domain.verification import Code as CodeOfFiles

LINK = "ab" * 32


def series(name: str, count: int, **more: Any) -> dict[str, Any]:
    first, last, link = (1, count, LINK) if count else (None, None, None)
    nothing = {"contents_lost": 0, "not_linked": 0}
    return {"series": name, "count": count, "first": first, "last": last, "link": link} | nothing | more


def files(name: str, count: int, **more: Any) -> dict[str, Any]:
    nothing = {
        "made_again": 0,
        "numbers_made_again": [],
        "not_made_yet": 0,
        "cannot_be_made": 0,
        "may_go": [],
    }
    return {"series": name, "files": count} | nothing | more


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
FILES_SOUND = {"programme": "p", "holds": True, "findings": [], "more": 0} | {
    "series": [files("p/invoices", 70), files("p/credit-notes", 0)]
}
FILES_WRONG = {"programme": "q", "holds": False, "more": 3} | {
    "series": [
        files("q/invoices", 15, made_again=4, not_made_yet=2, cannot_be_made=1, may_go=[2018, 2019])
        | {"numbers_made_again": [3, 4, 5, 9]},
        files("q/credit-notes", 2),
    ],
    "findings": [{"series": "q/invoices", "code": "file_is_changed", "number": 4, "format": "pdf"}],
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
        is_of_files = request.url.path.endswith("/files")
        of = {"p": FILES_SOUND, "q": FILES_WRONG} if is_of_files else {"p": SOUND, "q": WRONG}
        found = of.get(request.url.path.split("/")[3])
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
        "  70 files",
        "p/credit-notes: none",
    ]


def test_it_says_what_is_wrong_with_series_and_number_and_ends_with_1(run: Run) -> None:
    done = run("q")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"q/invoices: 9 documents, 1 to 9, last link {LINK}",
        "  of 2 the content is lost, and with it what their links covered",
        "  1 at the end have no link yet: the next one that is issued brings them theirs",
        "  15 files",
        "  of these 4 were made again, since those that were sent are lost: their bytes may differ (number 3 to 5, 9)",
        "  2 are not made yet",
        "  1 cannot be made: GET /billing/operations/set-aside says why",
        "  need not be kept any longer (five years are over): those issued in 2018, 2019",
        f"q/credit-notes: 1 documents, 1 to 1, last link {LINK}",
        "  2 files",
        "WRONG q/invoices 3 to 5: nothing stands there",
        "WRONG q/invoices 7: what stands beside its content says something else (amount_ore, kid)",
        "WRONG q/invoices 8: of_a_newer_billing",
        "WRONG q/invoices 4.pdf: its bytes are not those that were made",
        "and 15 more of q",
    ]


def test_a_programme_that_is_not_there_takes_nothing_from_the_others(run: Run) -> None:
    done = run("p", "nope")
    assert done.exit_code == 1
    assert done.stdout.startswith("p/invoices: 35 documents")
    assert "404 not known" in str(done.exception)  # which `kulturskole` says
    done = run("p", "nope", "--json")
    assert [it["programme"] for it in json.loads(done.stdout)] == ["p"]


def test_without_a_programme_it_asks_for_all_of_them(run: Run) -> None:
    done = run("--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [SOUND | {"files": FILES_SOUND}, WRONG | {"files": FILES_WRONG}]


@pytest.mark.parametrize("wrong", [WRONG, FILES_WRONG])
def test_either_alone_is_enough_to_end_with_1(run: Run, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]) -> None:
    for it in (WRONG, FILES_WRONG):
        monkeypatch.setitem(it, "holds", it is not wrong)
    assert run("q").exit_code == 1


def test_whatever_billing_may_find_is_said_in_words() -> None:
    assert set(verifying.FOUND) == set(get_args(Code))
    assert set(verifying.FOUND_OF_FILES) == set(get_args(CodeOfFiles))
