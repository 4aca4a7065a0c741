"""`kulturskole recover` in what `up` keeps, as an operator types it after a restore."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import httpx

from tests.end_to_end.started import run, started

PROGRAMME = {
    "name": "Regionalt program",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
}


def opened(url: str, key: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{url}/registration/programmes", json=PROGRAMME | {"code": code}, headers=headers, timeout=30)
    assert answer.status_code == httpx.codes.CREATED, answer.text


def test_a_database_that_was_put_back_is_recovered_while_nothing_runs(tmp_path: Path) -> None:
    state, kept = tmp_path / "state", tmp_path / "kept"
    with started(state) as it:
        assert it.key is not None
        key = it.key
        opened(it.url, key, "before")
    shutil.copytree(state, kept)
    with started(state) as it:
        opened(it.url, key, "after")
        busy = run("recover", "registration", "--do", "--state", str(state))
        assert busy.returncode == 1
        assert "stop it first" in busy.stderr
    for file in state.glob("registration.db*"):
        file.unlink()
    for file in kept.glob("registration.db*"):
        shutil.copy(file, state)
    dry = run("recover", "registration", "--state", str(state))
    assert dry.returncode == 0
    assert "1  kulturskole.registration.programme.opened.v1" in dry.stdout
    assert dry.stdout.endswith("--do does it\n")
    done = json.loads(run("recover", "registration", "--do", "--json", "--state", str(state)).stdout)
    assert (done["done"], done["adopted"]) == (True, {"kulturskole.registration.programme.opened.v1": 1})
    with started(state) as it:
        headers = {"Authorization": f"Bearer {key}"}
        found = httpx.get(f"{it.url}/registration/programmes/after", headers=headers, timeout=30)
        assert found.json()["version"] == 1


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "nothing is kept in" in run("recover", "billing", "--state", str(tmp_path)).stderr
    unknown = run("recover", "cafeteria")
    assert unknown.returncode == 2
    assert "registration" in unknown.stderr
