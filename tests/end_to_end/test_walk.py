"""The walk of docs/for-administrators.md, pasted block by block into a shell, takes a programme through a running system."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.at_rest import until_at_rest
from deploy.client import Client
from tests.end_to_end.started import ROOT, Started, started

GUIDE = (ROOT / "docs" / "for-administrators.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```sh ?(\w*)\n(.*?)```", GUIDE, re.DOTALL)
ENDED = "the block has ended with"


class Shell:
    """A bash that somebody pastes into."""

    def __init__(self, **variables: str) -> None:
        pipe, bash = subprocess.PIPE, shutil.which("bash")
        assert bash is not None
        self._bash = subprocess.Popen([bash], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        self.paste("".join(f"{name}='{value}'\n" for name, value in variables.items()) + "set -o pipefail\n")

    def paste(self, block: str) -> tuple[list[int], str]:
        """The code with which each of its commands ended, and what they showed."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(
            f"trap 'codes+=($?)' DEBUG\n{block}trap - DEBUG; echo; echo '{ENDED}' \"${{codes[@]}}\"; codes=()\n"
        )
        self._bash.stdin.flush()
        shown: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(ENDED):
                return [int(code) for code in line.removeprefix(ENDED).split()], "".join(shown)
            shown.append(line)
        raise AssertionError("".join(shown))

    def end(self) -> None:
        self._bash.kill()
        self._bash.communicate()


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    monkeypatch.setenv("KULTURSKOLE_HOLD_MINUTES", "0")  # as the page says: it shows the mail of an invoice at once
    with started(tmp_path / "state") as it:
        yield it


def test_each_block_of_the_walk_does_what_the_page_says(up: Started) -> None:
    assert up.key is not None
    shell = Shell(KULTURSKOLE=up.url, KEY=up.key)
    try:
        for kind, block in BLOCKS:
            if kind == "setup":
                continue
            codes, shown = shell.paste(block)
            assert any(codes) is (kind == "refused"), f"{block}\n{shown}"
            assert "Traceback" not in shown
            asyncio.run(at_rest(up.url, up.key))
    finally:
        shell.end()


async def at_rest(url: str, key: str) -> None:
    async with Client(url, key) as client:
        await until_at_rest(client)


def test_the_page_begins_with_what_is_shown_at_the_start() -> None:
    kinds = [kind for kind, _ in BLOCKS]
    assert kinds[0] == "setup"
    assert set(kinds) == {"setup", "refused", ""}
