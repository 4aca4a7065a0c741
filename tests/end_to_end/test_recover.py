"""`kulturskole recover` in what `up` keeps, as an operator types it after a restore."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.started import eventually, run, started
from tests.support.pages import commands
from tests.support.waiting import PATIENCE

OPERATIONS = "docs/architecture/operations.md"
PROGRAMME = {
    "name": "Regionalt program",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
}


def opened(url: str, key: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(
        f"{url}/registration/programmes", json=PROGRAMME | {"code": code}, headers=headers, timeout=PATIENCE
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text


def test_a_database_that_was_put_back_is_recovered_by_the_commands_of_the_page(tmp_path: Path) -> None:
    """Pasted as they stand there, but for the service that they name. It was kept while all ran."""
    state = tmp_path / "var" / "run"
    _, keep = commands(OPERATIONS, "What to keep")
    put_back = commands(OPERATIONS, "Putting back")[1].replace("billing", "registration")
    with started(state) as it:
        assert it.key is not None
        key = it.key
        opened(it.url, key, "before")
        assert paste(keep, tmp_path).stderr == ""
    with started(state) as it:
        opened(it.url, key, "after")
        busy = run("recover", "registration", "--do", "--state", str(state))
        assert busy.returncode == 1
        assert "stop it first" in busy.stderr
    done = paste(put_back, tmp_path)
    assert done.returncode == 0, done.stderr
    dry, _, did = done.stdout.partition("--do does it\n")
    assert "1  kulturskole.registration.programme.opened.v1" in dry
    assert "1 of its own events were adopted" in did
    with started(state) as it:
        headers = {"Authorization": f"Bearer {key}"}
        found = httpx.get(f"{it.url}/registration/programmes/after", headers=headers, timeout=PATIENCE)
        assert found.json()["version"] == 1


def test_a_database_that_is_put_back_under_what_runs_is_refused_and_recovered(tmp_path: Path) -> None:
    """Another file in the place of the one that is open."""
    state = tmp_path / "var" / "run"
    _, keep = commands(OPERATIONS, "What to keep")
    with started(state) as it:
        assert it.key is not None
        paste(keep, tmp_path)
        opened(it.url, it.key, "after")
        eventually(lambda: is_told(it.url, str(it.key)))
        for beside in ("-wal", "-shm"):
            (state / f"registration.db{beside}").unlink(missing_ok=True)
        (tmp_path / "kept" / "registration.db").replace(state / "registration.db")
        found: list[Any] = []  # kept, since it is away while what found it starts anew

        def is_older() -> bool:
            found.extend(older(it.url) or ())
            return bool(found)

        eventually(is_older)
        assert {missing["type"] for missing in found} == {"kulturskole.registration.programme.opened.v1"}
        refused = httpx.get(f"{it.url}/registration/programmes", headers={"Authorization": f"Bearer {it.key}"})
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "kulturskole recover registration" in refused.json()["detail"]
        done = run("recover", "registration", "--do", "--state", str(state))
        assert done.returncode == 0, done.stderr
        eventually(lambda: httpx.get(f"{it.url}/registration/health/ready").status_code == httpx.codes.OK)
        headers = {"Authorization": f"Bearer {it.key}"}
        assert httpx.get(f"{it.url}/registration/programmes/after", headers=headers).status_code == httpx.codes.OK


def is_told(url: str, key: str) -> bool:
    """Whether registration's stream has all that it told."""
    found = httpx.get(
        f"{url}/registration/operations/state", headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE
    )
    return bool(found.json()["unsent"] == 0)


def older(url: str) -> Any:
    """What the database should know, once its service says so."""
    return httpx.get(f"{url}/registration/health/ready").json().get("older")


def paste(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In a folder that has no .venv of its own."""
    script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    return subprocess.run(
        ["/bin/bash", "-euc", script], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "nothing is kept in" in run("recover", "billing", "--state", str(tmp_path)).stderr
    unknown = run("recover", "cafeteria")
    assert unknown.returncode == 2
    assert "registration" in unknown.stderr
