"""`kulturskole`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from shared.contracts.catalogue import EVENT_TYPES
from tests.end_to_end.started import run


def test_a_key_is_made_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    file = str(tmp_path / "keys" / "keys.json")
    made = run("keys", "create", "statistikk", "--role", "reader", "--days", "30", "--file", file)
    secret = made.stdout.strip()
    assert len(secret) >= 43
    assert secret not in Path(file).read_text()
    assert run("keys", "list", "--file", file).stdout.startswith("statistikk\treader\t")
    again = run("keys", "create", "statistikk", "--role", "reader", "--file", file)
    assert (again.returncode, again.stderr) == (1, "kulturskole: there is a key named statistikk already\n")
    assert run("keys", "revoke", "statistikk", "--file", file).returncode == 0
    assert run("keys", "list", "--file", file).stdout == ""


def test_the_contracts_are_written_as_files_and_to_the_screen(tmp_path: Path) -> None:
    assert run("events", "schemas", "--out", str(tmp_path)).returncode == 0
    written = {it.relative_to(tmp_path).as_posix(): json.loads(it.read_text()) for it in tmp_path.rglob("*.json")}
    listed = written["events.json"]["events"]
    assert set(listed) == {it.type for it in EVENT_TYPES}
    for line in listed.values():
        jsonschema.validate(written[line["example"]], written["envelope.json"])
        jsonschema.validate(written[line["example"]]["data"], written[line["schema"]])
    assert json.loads(run("events", "schemas").stdout) == written


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("books", "p"), "needs an API key"),
        (("books", "p", "--key", "k", "--url", "http://127.0.0.1:9"), "does not answer"),
        (("keys", "create", "x", "--role", "king", "--file", "x.json"), "no such role: king"),
        (("provision", "--password-file", "/nowhere"), "/nowhere"),
        (("demo", "--exit", "--state", "tests"), "was not made by a demo"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(arguments: tuple[str, ...], why: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert why in line
