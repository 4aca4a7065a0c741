"""What `kulturskole up` and `kulturskole demo` do on this machine, with what they say on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from deploy.demo.cast import REFUSED_ONCE
from deploy.demo.play import Say
from deploy.demo.run import Outcome, play
from deploy.embedded import Running, running, stop_signal
from deploy.state import empty


@dataclass(frozen=True, kw_only=True)
class Ports:
    http: int
    nats: int


async def up(folder: Path, ports: Ports, say: Say, *, simulated_clock: bool = False) -> None:
    """Run until Ctrl-C or SIGTERM."""
    began = monotonic()
    async with stop_signal() as stop:
        async with running(folder, port=ports.http, nats_port=ports.nats, simulated_clock=simulated_clock) as it:
            _greet(it, say, monotonic() - began)
            await stop.wait()
            say("Stopper …")
        say("Stoppet.")


async def demo(folder: Path, ports: Ports, say: Say, *, stay: bool) -> Outcome:
    """Play the programme on an empty folder. Raises NotOurs."""
    began = monotonic()
    empty(folder)
    async with (
        stop_signal() as stop,
        running(folder, port=ports.http, nats_port=ports.nats, simulated_clock=True, refuse_first=[REFUSED_ONCE]) as it,
    ):
        _greet(it, say, monotonic() - began)
        outcome = await play(it.url, it.first_key or "", folder, say, began=began)
        if stay:
            say(f"\n{invitation(it.url, it.first_key or '')}")
            await stop.wait()
            say("Stopper …")
    if stay:
        say("Stoppet.")
    return outcome


def invitation(url: str, key: str) -> str:
    """Where the pages are, and how to log in: the last line, until Ctrl-C."""
    return f"Se på det: {url}  ·  logg inn med nøkkelen {key}  ·  Ctrl-C stopper"


def _greet(it: Running, say: Say, seconds: float) -> None:
    say(f"Klar etter {seconds:.1f} s: {it.url}  ·  NATS på port {it.nats_port}  ·  alt ligger i {it.state.folder}")
    for name, service in it.services.items():
        if service is not None and service.guard.why_older:
            say(f"{name} svarer ikke: databasen er eldre enn det som er fortalt. Se {it.url}/{name}/health/ready")
    if it.first_key:
        say(f"Operatørens API-nøkkel, vises bare nå: {it.first_key}")
    say("")
