"""`kulturskole`, as it is typed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from deploy.cli import app
from shared.contracts.catalogue import EVENT_TYPES
from tests.end_to_end.started import ROOT, run, run_here

OPERATIONS = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("## For operations teams")[2].partition("\n## ")[0]
)
COMMANDS = [shlex.split(line, comments=True) for line in re.findall(r"^    (\S.*)", OPERATIONS, re.MULTILINE)]


def test_it_says_which_version_it_is() -> None:
    assert run("--version").stdout == f"kulturskole {metadata.version('fremtidens-kulturskole')}\n"


def test_a_shell_completes_what_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_KULTURSKOLE_COMPLETE", "complete_bash")
    for typed, words in {
        "kulturskole rep": ["republish"],
        "kulturskole keys create x --role ad": ["administrator"],
    }.items():
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
        assert run().stdout.split() == words


def test_a_key_is_made_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    file = str(tmp_path / "keys" / "keys.json")
    made = run_here("keys", "create", "statistikk", "--role", "reader", "--days", "30", "--file", file)
    secret = made.stdout.strip()
    assert len(secret) >= 43
    assert secret not in Path(file).read_text()
    assert run_here("keys", "list", "--file", file).stdout.startswith("statistikk\treader\t")
    again = run_here("keys", "create", "statistikk", "--role", "reader", "--file", file)
    assert (again.returncode, again.stderr) == (1, "kulturskole: there is a key named statistikk already\n")
    assert run_here("keys", "revoke", "statistikk", "--file", file).returncode == 0
    assert run_here("keys", "list", "--file", file).stdout == ""


def test_keys_are_told_as_json(tmp_path: Path) -> None:
    file = str(tmp_path / "keys.json")
    made = json.loads(run_here("keys", "create", "statistikk", "--role", "reader", "--json", "--file", file).stdout)
    assert len(made.pop("secret")) >= 43
    assert made == {"name": "statistikk", "role": "reader", "expires_at": None}
    assert json.loads(run_here("keys", "list", "--json", "--file", file).stdout) == [made]
    assert json.loads(run_here("keys", "revoke", "statistikk", "--json", "--file", file).stdout) == {
        "revoked": "statistikk"
    }


def test_a_command_that_writes_files_says_as_json_where_they_are(tmp_path: Path) -> None:
    made = json.loads(run_here("bootstrap", str(tmp_path / "secrets"), "--json").stdout)
    assert made == {
        "folder": str(tmp_path / "secrets"),
        "operator_key_file": str(tmp_path / "secrets" / "operator-key"),
    }
    assert Path(made["operator_key_file"]).exists()
    written = json.loads(run_here("events", "schemas", "--out", str(tmp_path / "schemas"), "--json").stdout)
    folder = Path(written["folder"])
    assert written["files"] == sorted(it.relative_to(folder).as_posix() for it in folder.rglob("*.json"))


def test_every_command_that_answers_does_so_as_json() -> None:
    without = {name for name, command in commands(typer.main.get_command(app)) if "--json" not in options(command)}
    assert without == {"up"}


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_the_contracts_are_written_as_files_and_to_the_screen(tmp_path: Path) -> None:
    assert run_here("events", "schemas", "--out", str(tmp_path)).returncode == 0
    written = {it.relative_to(tmp_path).as_posix(): json.loads(it.read_text()) for it in tmp_path.rglob("*.json")}
    listed = written["events.json"]["events"]
    assert set(listed) == {it.type for it in EVENT_TYPES}
    for line in listed.values():
        jsonschema.validate(written[line["example"]], written["envelope.json"])
        jsonschema.validate(written[line["example"]]["data"], written[line["schema"]])
    assert json.loads(run_here("events", "schemas").stdout) == written


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("books", "p"), "needs an API key"),
        (("billing", "verify"), "needs an API key"),
        (("books", "p", "--key", "k", "--url", "http://127.0.0.1:9"), "does not answer"),
        (("keys", "revoke", "x", "--file", "/nowhere"), "no key named x"),
        (("provision", "--password-file", "/nowhere"), "/nowhere"),
        (("demo", "--exit", "--state", "tests"), "was not made by a demo"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(arguments: tuple[str, ...], why: str) -> None:
    done = run_here(*arguments)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert why in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("none-such",),
        ("up", "--none-such"),
        ("books",),
        ("books", "../parties"),
        ("billing", "verify", "p", "../parties"),
        ("audit", "p/../../x"),
        ("republish", "../billing"),
        ("recover", "billing/"),
        ("keys", "create", "x", "--role", "king", "--file", "x.json"),
    ],
)
def test_a_wrong_command_line_is_told_apart_from_what_cannot_be_done(arguments: tuple[str, ...]) -> None:
    done = run_here(*arguments)
    assert done.returncode == 2
    assert "Usage: kulturskole" in done.stderr


@pytest.mark.parametrize("command", [(), ("up",), ("demo",), ("audit",), ("billing", "verify")])
def test_the_help_has_the_exit_codes(command: tuple[str, ...]) -> None:
    said = " ".join(run_here(*command, "--help").stdout.split())
    for code in ("0 done", "1 it can't be done", "2 the command line is wrong", "3 a port is taken"):
        assert code in said


def test_what_the_readme_gives_operations_teams_begins_with_what_makes_the_command_line(tmp_path: Path) -> None:
    """In a fresh clone there is no .venv yet."""
    assert COMMANDS[0] == ["make", "install"]
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    make = shutil.which("make") or "make"
    planned = subprocess.run([make, "-n", "install"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "-m venv .venv" in planned
    assert "--editable ." in planned
    assert metadata.distribution("fremtidens-kulturskole").entry_points.select(name="kulturskole")


@pytest.mark.parametrize("words", [it[1:] for it in COMMANDS if it[0] == ".venv/bin/kulturskole"], ids=" ".join)
def test_a_command_of_the_readme_is_understood(words: list[str]) -> None:
    done = run_here(*words, "--help")
    assert done.returncode == 0, done.stderr


def test_what_the_readme_types_is_this_command_line() -> None:
    script = Path(sys.executable).with_name("kulturskole")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, run_here("--version").stdout), done.stderr
