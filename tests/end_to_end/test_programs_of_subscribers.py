"""Each program of the guide for other systems, pasted as it stands there, reads a running system."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.started import ROOT, Started, eventually, run, started

GUIDE = (ROOT / "docs" / "for-subscribers.md").read_text(encoding="utf-8")
NATS_PY, FASTSTREAM = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
(JAVASCRIPT,) = re.findall(r"```js\n(.*?)```", GUIDE, re.DOTALL)
(PACKAGES,) = re.findall(r"`npm install (\S+ \S+)`", GUIDE)
PROGRAMME = {
    "name": "Regionalt program",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
}


class Program:
    """One that reads, and what it has said."""

    def __init__(self, folder: Path, *command: str | Path) -> None:
        self._said = folder / "said"
        with self._said.open("wb") as out:
            self._process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)

    def says(self, what: str) -> bool:
        said = self._said.read_text()
        assert self._process.poll() is None, said
        return what in said

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("run") / "state") as it:
        yield it


def open_programme(up: Started, code: str) -> None:
    headers = {"Authorization": f"Bearer {up.key}"}
    httpx.post(f"{up.url}/registration/programmes", json=PROGRAMME | {"code": code}, headers=headers).raise_for_status()


def credentials(up: Started, name: str, *options: str) -> Path:
    file = up.state / f"{name}.json"
    nats = ("--nats-url", f"nats://127.0.0.1:{up.nats_port}", "--password-file", str(up.state / "nats-operator"))
    done = run("subscribers", "add", name, "--out", str(file), *nats, *options)
    assert done.returncode == 0, done.stderr
    return file


def reads(up: Started, program: Program, name: str) -> None:
    """It hears of what was told before it came, of what is told while it listens, and after NATS was killed."""
    try:
        eventually(lambda: program.says("programme.opened.v1 {") and program.says(f"before-{name}"))
        open_programme(up, f"while-{name}-listens")
        eventually(lambda: program.says(f"while-{name}-listens"))
        if sys.platform == "linux":
            kill_nats(up)
        open_programme(up, f"after-{name}-was-cut-off")
        eventually(lambda: program.says(f"after-{name}-was-cut-off"))
    finally:
        program.end()


def kill_nats(up: Started) -> None:
    (nats_server,) = up.children()
    os.kill(nats_server, signal.SIGKILL)
    eventually(lambda: up.children() not in ([], [nats_server]))
    eventually(lambda: httpx.get(f"{up.url}/registration/health/ready").json()["faults"] == [])


def test_nats_py(up: Started, tmp_path: Path) -> None:
    (tmp_path / "subscriber.py").write_text(NATS_PY, encoding="utf-8")
    open_programme(up, "before-nats-py")
    reader = up.state / "nats-reader.json"
    reads(up, Program(tmp_path, sys.executable, "subscriber.py", reader), "nats-py")
    again = Program(tmp_path, sys.executable, "subscriber.py", reader, "--again")
    try:
        eventually(lambda: again.says("before-nats-py") and again.says("while-nats-py-listens"))
    finally:
        again.end()


def test_faststream(up: Started, tmp_path: Path) -> None:
    (tmp_path / "subscriber.py").write_text(FASTSTREAM, encoding="utf-8")
    open_programme(up, "before-faststream")
    reads(up, Program(tmp_path, sys.executable, "subscriber.py", credentials(up, "faststream")), "faststream")


def test_javascript(up: Started, tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("there is no Node.js here, with its npm: the guide's program in JavaScript was not run")
    command = [npm, "install", "--no-audit", "--no-fund", *PACKAGES.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm does not get {PACKAGES}: the guide's program in JavaScript was not run: {done.stderr[-300:]}")
    (tmp_path / "subscriber.mjs").write_text(JAVASCRIPT, encoding="utf-8")
    open_programme(up, "before-javascript")
    reads(up, Program(tmp_path, node, "subscriber.mjs", credentials(up, "javascript")), "javascript")


def test_the_commands_of_the_guide_let_systems_in_that_get_what_they_say(up: Started) -> None:
    options = re.findall(r"kulturskole subscribers add \S+ (.+) --out", GUIDE)
    accounts, namsos = (
        json.loads(credentials(up, f"guide-{n}", *it.replace("'", "").split()).read_text())
        for n, it in enumerate(options)
    )
    assert accounts["streams"] == ["BILLING"]
    assert namsos["streams"] == ["REGISTRATION", "SCHEDULING", "BILLING", "NOTIFICATIONS"]
