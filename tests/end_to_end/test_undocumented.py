"""Schemathesis calls the four APIs with a key of each role, as documented and otherwise: nothing undocumented comes back.

What it makes up is the same in every run, and bounded in examples, never in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from shared.contracts.catalogue import PUBLISHERS
from shared.web import keys
from shared.web.keys import Role
from tests.end_to_end.examples import Player
from tests.end_to_end.story import played
from tests.support.api import MANY

# All checks but that whatever the schema allows is accepted: a rule of the domain may still refuse it.
CHECKS = ("--checks", "all", "--exclude-checks", "positive_data_acceptance")
BOUNDED = ("--max-examples", "3", "--seed", "1", "--generation-deterministic")
PLAIN = ("--no-color", "--warnings", "off", "--continue-on-failure")
# The operator's key opens everything, so that it alone is tried with every border of every value as well.
PHASES: dict[Role, str] = {
    "reader": "examples,fuzzing",
    "administrator": "examples,fuzzing",
    "operator": "coverage,fuzzing",
}


async def test_no_api_answers_what_its_document_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KULTURSKOLE_REFUSALS_A_MINUTE", str(MANY))  # it asks without a key as well
    async with played(tmp_path / "run") as (run, player):
        for role in PHASES:
            secret = keys.create(run.state.keys, name=f"the {role}", role=role)
            folders = [prepared(tmp_path, service, role, player) for service in PUBLISHERS]
            for two in (folders[:2], folders[2:]):  # at a time; more would only wait for the services
                found = await asyncio.gather(*(schemathesis(run.url, folder, role, secret) for folder in two))
                for code, output in found:
                    assert code == 0, f"{role}: {output}"
        assert "Traceback" not in run.state.log.read_text(encoding="utf-8")


def prepared(folder: Path, service: str, role: Role, player: Player) -> Path:
    """A folder, named after the service, with what the command reads there.

    Readers and administrators ask for what is there; the operator's coverage asks for anything.
    """
    lines = ["[phases.coverage]", "generate-duplicate-query-parameters = true", 'unexpected-methods = ["PUT"]']
    # Too big a body is refused as such before it is looked at.
    statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
    lines += ["[checks.negative_data_rejection]", f"expected-statuses = {json.dumps(statuses)}"]
    if role != "operator":
        lines.append("[parameters]")
        lines += [f'"path.{name}" = {json.dumps(value)}' for name, value in player.last_in_path(service).items()]
    found = folder / role / service
    found.mkdir(parents=True)
    (found / "schemathesis.toml").write_text("\n".join(lines))
    return found


async def schemathesis(url: str, folder: Path, role: Role, secret: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/{folder.name}/openapi.json"),
        *("--header", f"Authorization: Bearer {secret}", "--phases", PHASES[role], *CHECKS, *BOUNDED, *PLAIN),
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()
