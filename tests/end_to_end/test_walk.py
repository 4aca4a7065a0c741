"""The walk of docs/for-administrators.md, pasted block by block into a shell, takes a programme through a running system.

What is invoiced on it is then what docs/billing.md ends a month with.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.at_rest import until_at_rest
from deploy.client import Client
from shared.clock import day_of, real_now
from tests.end_to_end.started import ROOT, Started, started


def blocks(page: str) -> list[tuple[str, str]]:
    """What kind each block of commands is, and the block; one in a list is pasted as it is read."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.findall(r"^( *)```sh ?(\w*)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [(kind, re.sub(f"^{indent}", "", block, flags=re.MULTILINE)) for indent, kind, block in found]


BLOCKS, MONTH_END = blocks("for-administrators.md"), blocks("billing.md")
ENDED = "the block has ended with"
PROGRAMME = "regionalt-2026-2027"  # of the walk


class Shell:
    """A bash that somebody pastes into."""

    def __init__(self, folder: Path, **variables: str) -> None:
        pipe, bash = subprocess.PIPE, shutil.which("bash")
        assert bash is not None
        self._bash = subprocess.Popen([bash], cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        self.paste("".join(f"export {name}='{value}'\n" for name, value in variables.items()) + "set -o pipefail\n")

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


def test_each_block_of_the_walk_and_of_the_months_end_does_what_the_page_says(up: Started, tmp_path: Path) -> None:
    assert up.key is not None
    paste(BLOCKS, up, tmp_path, KULTURSKOLE=up.url, KEY=up.key)
    month = f"{day_of(real_now()):%Y-%m}"
    of_month = {"PROGRAMME": PROGRAMME, "MONTH": month}
    shown = paste(MONTH_END, up, tmp_path, KULTURSKOLE_URL=up.url, KULTURSKOLE_KEY=up.key, **of_month)
    assert "WRONG" not in shown
    files = tmp_path / "bilag" / PROGRAMME / month
    verified, listed = (files / "verify.txt").read_text(), (files / "fakturaer.csv").read_text(encoding="utf-8-sig")
    assert f"{PROGRAMME}/invoices: 2 documents, 1 to 2, last link" in verified
    assert f"{PROGRAMME}/credit-notes: 1 documents" in verified
    assert "FK1-1" in listed
    assert "FK1-2" in listed
    assert {it.name: it.read_bytes()[:5] for it in files.glob("*-[0-9].*")} == {
        "faktura-1.pdf": b"%PDF-",
        "faktura-1.xml": b"<?xml",
        "faktura-2.pdf": b"%PDF-",
        "faktura-2.xml": b"<?xml",
        "kreditnota-1.pdf": b"%PDF-",
        "kreditnota-1.xml": b"<?xml",
    }
    assert json.loads((files / "books.json").read_text())["series"]["invoices"] == {"count": 2, "unbroken": True}


def paste(found: list[tuple[str, str]], up: Started, folder: Path, **variables: str) -> str:
    """All that the blocks show, each in its turn; `variables` are what their setup would say."""
    everything = ""
    shell = Shell(folder, **variables)
    try:
        for kind, block in found:
            if kind == "setup":
                continue
            codes, shown = shell.paste(block.replace(".venv/bin/", f"{Path(sys.executable).parent}/"))
            assert any(codes) is (kind == "refused"), f"{block}\n{shown}"
            assert "Traceback" not in shown
            asyncio.run(at_rest(up.url, str(up.key)))
            everything += shown
    finally:
        shell.end()
    return everything


async def at_rest(url: str, key: str) -> None:
    async with Client(url, key) as client:
        await until_at_rest(client)


def test_each_page_begins_with_what_is_shown_at_the_start() -> None:
    for found in (BLOCKS, MONTH_END):
        kinds = [kind for kind, _ in found]
        assert kinds[0] == "setup"
        assert set(kinds[1:]) <= {"refused", ""}
