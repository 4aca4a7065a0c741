"""`kulturskole backup`, `restore` and `doctor`, as an operator types them: with what `up` keeps, and with PostgreSQL."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.started import eventually, run, started
from tests.end_to_end.test_rebuild import PROGRAMME, applied, audited
from tests.end_to_end.test_recover import is_told, opened, paste
from tests.support.pages import commands
from tests.support.waiting import PATIENCE

OPERATIONS = "docs/architecture/operations.md"


def as_json(*arguments: str) -> Any:
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_all_that_is_lost_but_the_streams_comes_back_by_one_command(tmp_path: Path) -> None:
    """What was told after the back-up too. The back-up is made while all of it runs, and nothing is restored under it."""
    state, kept = tmp_path / "state", tmp_path / "kept"
    of = ("--state", str(state))
    with started(state) as it:
        assert it.key is not None
        key = it.key
        opened(it.url, key, "before")
        made = as_json("backup", str(kept), *of)
        assert made["streams"].keys() == {"registration", "scheduling", "billing", "notifications"}
        assert "secrets/passwords.json" in made["files"]
        applied(it, {"Authorization": f"Bearer {key}"})
        eventually(lambda: is_told(it.url, key))
        busy = run("restore", str(kept), "--do", "--replace", *of)
        assert busy.returncode == 1
        assert "another process runs on" in busy.stderr
        well = as_json("doctor", *of)
        assert well["ok"], well["findings"]
    for lost in (*state.glob("*.db*"), state / "passwords.json", state / "keys" / "keys.json"):
        lost.unlink()
    dry = run("restore", str(kept), *of)
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.endswith("--do does it\n")
    assert not list(state.glob("*.db"))
    done = as_json("restore", str(kept), "--do", *of)
    assert {it["service"]: it["invalid"] for it in done["recovered"]} == {it: [] for it in made["services"]}
    assert done["programmes"] == ["before"]
    assert done["secrets"] == ["keys/keys.json", "passwords.json"]
    assert "kulturskole audit before" in done["next"]
    with started(state) as it:
        assert audited(it, key) == {}
        found = httpx.get(
            f"{it.url}/registration/programmes/{PROGRAMME}",
            headers={"Authorization": f"Bearer {key}"},
            timeout=PATIENCE,
        )
        assert found.status_code == httpx.codes.OK


def test_on_a_new_machine_the_databases_fill_the_streams(tmp_path: Path) -> None:
    """By the commands of the page, pasted as they stand there."""
    state = tmp_path / "var" / "run"
    keep, put_back = commands(OPERATIONS, "By one command")[:2]
    with started(state) as it:
        assert it.key is not None
        key = it.key
        applied(it, {"Authorization": f"Bearer {key}"})
        kept = paste(keep, tmp_path)
        assert kept.returncode == 0, kept.stderr
    shutil.rmtree(state)
    done = paste(put_back, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kulturskole republish registration" in done.stdout
    with started(state) as it:
        for service in ("registration", "scheduling", "billing", "notifications"):
            as_json("republish", service, "--url", it.url, "--key", key)
        assert audited(it, key) == {}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("restore", "NOWHERE"), "no manifest.json"),
        (("backup", "NOWHERE", "--database-url", "sqlite+aiosqlite:///one.db"), "{service}"),
        (("backup", "NOWHERE", "--state", "EMPTY"), "holds no secrets"),
        (("backup", "NOWHERE", "--without-secrets", "--state", "EMPTY"), "there is no"),
        (("backup", "EMPTY"), "is there already"),
        (("doctor", "--state", "EMPTY"), None),
        (("doctor", "billing"), None),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: tuple[str, ...], says: str | None) -> None:
    (tmp_path / "empty").mkdir()
    places = {"NOWHERE": tmp_path / "nowhere", "EMPTY": tmp_path / "empty"}
    said = run(*(str(places.get(it, it)) for it in arguments))
    assert said.returncode == 1
    if says is None:  # what is wrong is the answer
        assert "WRONG" in said.stdout
        return
    (line,) = said.stderr.splitlines()
    assert says in line
    assert not (tmp_path / "nowhere").exists()
