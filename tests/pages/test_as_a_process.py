"""`python -m pages serve`, as it is deployed: a process of its own beside the services."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.support.demonstration import ROOT, Shown
from tests.support.pages_beside import environment, served
from tests.support.processes import HOST, free_port
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="module")
def another(here: Shown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Pages beside those of the embedded start, with the same secret."""
    with served(here.folder / "session-secret", here.url, tmp_path_factory.mktemp("pages") / "log") as it:
        yield it


def test_what_one_process_sealed_another_opens(here: Shown, another: httpx.Client) -> None:
    with here.browser() as first:
        session = f"session={first.cookies['session']}"
    page = another.get("/", headers={"Cookie": session})
    assert page.status_code == 200
    assert "Kari administrator" in page.text


def test_one_wrong_guesser_does_not_keep_out_whoever_comes_through_the_same_gateway(
    here: Shown, another: httpx.Client
) -> None:
    def log_in(key: str, address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return another.post("/logg-inn", data={"key": key}, headers=headers).status_code

    assert [log_in("wrong", "192.0.2.1") for _ in range(11)] == [422] * 10 + [429]
    assert log_in("wrong", "192.0.2.2") == 422
    assert log_in(here.key(), "192.0.2.1") == 303


def test_while_no_service_answers_the_log_in_says_so(here: Shown, tmp_path: Path) -> None:
    nowhere = f"http://{HOST}:{free_port()}"
    with served(here.folder / "session-secret", nowhere, tmp_path / "log") as client:
        answer = client.post("/logg-inn", data={"key": here.key()})
        assert answer.status_code == 422
        assert "Ingen av tjenestene svarer nå" in answer.text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"PUBLIC_URL": "http://kulturskole.example"}, "http: is for this machine alone"),
        ({"PUBLIC_URL": "https://kulturskole.example", "SESSION_SECRET_FILE": "/nowhere"}, "No such file"),
        ({}, "public_url"),
    ],
)
def test_it_does_not_start_where_it_would_not_be_safe(tmp_path: Path, said: Mapping[str, str], why: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 32)
    done = subprocess.run(
        [sys.executable, "-m", "pages", "serve"],
        cwd=ROOT,
        env=environment(secret, "http://127.0.0.1:1", **said),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert why in done.stderr
