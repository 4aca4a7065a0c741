"""What `kulturskole up` and `kulturskole demo` do, with what they say on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from deploy.client import Client, canonical
from deploy.demo import story, summary
from deploy.demo.cast import municipalities
from deploy.demo.play import check_time
from deploy.embedded import Running, running, told_to_stop
from deploy.state import empty, mark

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Ports:
    http: int
    nats: int


async def up(folder: Path, ports: Ports, say: Say, *, simulated_clock: bool = False) -> None:
    """Run until Ctrl-C or SIGTERM."""
    began = monotonic()
    async with told_to_stop() as told:
        async with running(folder, port=ports.http, nats_port=ports.nats, simulated_clock=simulated_clock) as it:
            _greet(it, say, monotonic() - began)
            await told.wait()
            say("Stopper …")
        say("Stoppet.")


async def demo(folder: Path, ports: Ports, say: Say, *, stay: bool) -> list[str]:
    """Play the programme on an empty folder; returns what differs from what it must be. Raises NotOurs."""
    began = monotonic()
    empty(folder)
    async with (
        told_to_stop() as told,
        running(folder, port=ports.http, nats_port=ports.nats, simulated_clock=True) as it,
    ):
        _greet(it, say, monotonic() - began)
        wrong = await play(it.url, it.first_key or "", folder, say, began=began)
        if stay:
            say(f"\nSe på det: {it.url}  ·  Ctrl-C stopper")
            await told.wait()
            say("Stopper …")
    if stay:
        say("Stoppet.")
    return wrong


async def demo_elsewhere(url: str, key: str, folder: Path, say: Say) -> list[str]:
    """Play on what runs at `url`, which must be new and have a simulated clock. Raises WrongTime."""
    async with Client(url, key) as client:
        await check_time(client, story.OPENING)
    return await play(url, key, folder, say, began=monotonic())


async def play(url: str, key: str, folder: Path, say: Say, *, began: float) -> list[str]:
    """The programme against what runs at `url`; the figures and the books go to `folder`."""
    async with Client(url, key) as client:
        await story.play(client, say, municipalities())
        figures = await summary.counted(client, story.PROGRAMME)
        books = await client.get(f"/billing/programmes/{story.PROGRAMME}/books")
    figures["wall_seconds"] = round(monotonic() - began, 1)
    wrong = summary.wrong(figures, books)
    _write(folder, summary=_public(figures), books=books)
    say(f"\n{summary.text(figures)}\n")
    say(f"  {folder / 'summary.json'} og {folder / 'books.json'} er skrevet.")
    for line in wrong:
        say(f"  AVVIK: {line}")
    return wrong


def _public(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "failed"}


def _write(folder: Path, **contents: Any) -> None:
    mark(folder)
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(canonical(content), encoding="utf-8")


def _greet(it: Running, say: Say, seconds: float) -> None:
    say(f"Klar etter {seconds:.1f} s: {it.url}  ·  NATS på port {it.nats_port}  ·  alt ligger i {it.state.folder}")
    if it.first_key:
        say(f"Operatørens API-nøkkel, vises bare nå: {it.first_key}")
    say("")
