"""`kulturskole demo` against a running system: plays the programme, counts what came of it, keeps the figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from deploy.client import Client, canonical
from deploy.demo import documents, story, summary
from deploy.demo.cast import municipalities
from deploy.demo.play import Say, check_time
from deploy.state import claim_for_demo, write_secret


@dataclass(frozen=True, kw_only=True)
class Outcome:
    figures: dict[str, Any]  # those of summary.json
    wrong: list[str]  # what differs from what it must be, a line each, in Norwegian


async def play_elsewhere(url: str, key: str, folder: Path, say: Say) -> Outcome:
    """Play on what runs at `url`, which must be new and have a simulated clock. Raises WrongTime."""
    async with Client(url, key) as client:
        await check_time(client, story.OPENING)
    return await play(url, key, folder, say, began=monotonic())


async def play(url: str, key: str, folder: Path, say: Say, *, began: float) -> Outcome:
    """The programme against what runs at `url`; the figures and the books go to `folder`."""
    async with Client(url, key) as client:
        await story.play(client, say, municipalities())
        counted = await summary.counted(client, story.PROGRAMME)
        books = await client.get(f"/billing/programmes/{story.PROGRAMME}/books")
        files = await documents.issued(client, story.PROGRAMME)
        agreements = await documents.agreements(client, story.PROGRAMME)
    counted["documents"] = len(files) // len(documents.FORMATS)
    counted["wall_seconds"] = round(monotonic() - began, 1)
    outcome = Outcome(
        figures={name: value for name, value in counted.items() if name != "failed"},
        wrong=summary.wrong(counted, books),
    )
    _write(folder, summary=outcome.figures, books=books)
    documents.write(folder / "documents", {**agreements, **files})
    say(f"\n{summary.text(counted)}\n")
    say(f"  {folder / 'documents'} har avtalene som PDF, og fakturaene og kreditnotaen som PDF og EHF.")
    say(f"  {folder / 'summary.json'} og {folder / 'books.json'} er skrevet.")
    for line in outcome.wrong:
        say(f"  AVVIK: {line}")
    return outcome


def _write(folder: Path, **contents: Any) -> None:
    claim_for_demo(folder)
    for name, content in contents.items():
        write_secret(folder / f"{name}.json", canonical(content))
