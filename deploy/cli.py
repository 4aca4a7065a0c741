"""`kulturskole`: the command line."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import nats.errors
import typer

from deploy.at_rest import NeverAtRest
from deploy.bootstrap import OPERATORS_KEY
from deploy.bootstrap import bootstrap as make_secrets
from deploy.client import Client, Refused, Unavailable, canonical
from deploy.demo.play import WrongTime
from deploy.nats_server import NatsDidNotStart
from deploy.ports import PortTaken
from deploy.state import InUse, NotOurs
from shared.clock import WrongClock, real_now
from shared.contracts import schemas as contracts
from shared.messaging.broker import NoBroker
from shared.messaging.streams import ProvisioningFailed
from shared.service import CannotStart
from shared.web import keys

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run and operate Fremtidens kulturskole.")
events_app = typer.Typer(no_args_is_help=True, help="The contracts of the events.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(events_app, name="events")
app.add_typer(keys_app, name="keys")

Port = Annotated[int, typer.Option("--port", help="for the pages and APIs; 0 for any free one")]
NatsPort = Annotated[int, typer.Option("--nats-port", help="for NATS; 0 for any free one")]
Url = Annotated[str, typer.Option("--url", envvar="KULTURSKOLE_URL", help="where the APIs answer")]
Secret = Annotated[
    str | None, typer.Option("--key", envvar="KULTURSKOLE_KEY", help="an API key; better given by its variable")
]
KeysFile = Annotated[Path, typer.Option("--file", envvar="KULTURSKOLE_KEYS_FILE", help="the file of keys")]
NatsUrl = Annotated[str, typer.Option(envvar="KULTURSKOLE_NATS_URL")]
PasswordFile = Annotated[
    Path, typer.Option(envvar="KULTURSKOLE_NATS_PASSWORD_FILE", help="holds the password of NATS' operator")
]
HERE, NATS_HERE = "http://127.0.0.1:8000", "nats://127.0.0.1:4222"
# Of what `make run` keeps; beside containers these are in the folder that `bootstrap` made.
FILE, OPERATORS_PASSWORD = Path("var/run/keys/keys.json"), Path("var/run/nats-operator")


class Wrong(Exception):
    """A command can't do what it was asked for; the message says why."""


# Each says in its message what is wrong. Anything else is a fault of ours and shows its stack trace.
EXPECTED = (
    *(Wrong, WrongTime, Refused, Unavailable, NeverAtRest, InUse, NotOurs, NatsDidNotStart),
    *(CannotStart, NoBroker, WrongClock, ProvisioningFailed, nats.errors.Error, OSError, ValueError),
)


@app.command()
def up(
    state: Annotated[Path, typer.Option(help="the folder that everything is kept in")] = Path("var/run"),
    port: Port = 8000,
    nats_port: NatsPort = 4222,
) -> None:
    """Run all of it on this machine, until Ctrl-C."""
    from deploy import run  # noqa: PLC0415 - loads the four services, which other commands need not wait for

    asyncio.run(run.up(state, run.Ports(http=port, nats=nats_port), _say))


@app.command()
def demo(  # noqa: PLR0917 - typer gives all by name
    state: Annotated[
        Path, typer.Option(help="the folder, emptied first; with --url, where summary and books go")
    ] = Path("var/demo"),
    port: Port = 8000,
    nats_port: NatsPort = 4222,
    exit: Annotated[  # noqa: FBT002 - likewise
        bool, typer.Option("--exit", help="end after the summary; 1 where a figure differs")
    ] = False,
    url: Annotated[str | None, typer.Option(help="play on what runs there, with a simulated clock and empty")] = None,
    keys: Annotated[Path | None, typer.Option(help="with --url: a file that holds an operator's API key")] = None,
    key: Secret = None,
) -> None:
    """Play the programme 2024–2025 through the APIs, on a simulated clock."""
    from deploy import run  # noqa: PLC0415 - loads the four services, which other commands need not wait for

    if url is not None:
        secret = _read(keys, "--keys") if keys else _given(key)
        wrong = asyncio.run(run.demo_elsewhere(url, secret, state, _say))
    else:
        wrong = asyncio.run(run.demo(state, run.Ports(http=port, nats=nats_port), _say, stay=not exit))
    if wrong and exit:
        raise typer.Exit(1)


@app.command()
def books(programme: str, url: Url = HERE, key: Secret = None) -> None:
    """Print the books of a programme as canonical JSON."""
    answer = _call("GET", f"/billing/programmes/{programme}/books", url, key)
    sys.stdout.write(canonical(answer))


@app.command()
def audit(
    programme: str,
    url: Url = HERE,
    key: Secret = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = OPERATORS_PASSWORD,
) -> None:
    """Check that what a running system says of a programme adds up; 1 where something does not."""
    from deploy.audit import run as auditing  # noqa: PLC0415 - loads the four services, which others need not wait for

    password = _read(password_file, "--password-file")
    lines, holds = asyncio.run(auditing.audit(programme, url, _given(key), nats_url, password))
    for line in lines:
        _say(line)
    if not holds:
        raise typer.Exit(1)


@app.command()
def republish(
    service: str,
    type: Annotated[str | None, typer.Option(help="only events of this type, as invoice.issued")] = None,
    url: Url = HERE,
    key: Secret = None,
) -> None:
    """Have a running service send its events again; only handlers that have not had one take it."""
    answer = _call("POST", f"/{service}/operations/republish", url, key, {"type": type} if type else {})
    _say(f"{answer['count']} events are sent again")


@app.command()
def provision(
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = OPERATORS_PASSWORD,
    replicas: Annotated[int, typer.Option(help="of each stream; 3 in a cluster")] = 1,
    wait: Annotated[float, typer.Option(help="seconds for a server that is not there yet")] = 0.0,
) -> None:
    """Make NATS' streams and consumers, or bring them up to date."""
    from deploy.provisioning import provision_all  # noqa: PLC0415 - likewise

    asyncio.run(provision_all(nats_url, _read(password_file, "--password-file"), replicas=replicas, wait=wait))
    _say("streams and consumers are as they should be")


@app.command()
def bootstrap(
    folder: Annotated[Path, typer.Argument(help="made by this, for the containers to mount")] = Path("secrets"),
    nats_url: Annotated[
        str, typer.Option(help="where other systems reach NATS, for nats-reader.json")
    ] = "nats://127.0.0.1:4222",
) -> None:
    """Make passwords, keys and NATS' configuration for containers; what is there already stays."""
    make_secrets(folder, nats_url=nats_url)
    _say(f"{folder} is complete; the operator's API key is in {folder / OPERATORS_KEY}")


@events_app.command()
def schemas(
    out: Annotated[Path | None, typer.Option(help="a folder for the files; else all go to the screen, by name")] = None,
) -> None:
    """Write the contracts: the list of events, the schemas of their envelope and of each entity, an example of each."""
    files = contracts.files()
    if out is None:
        sys.stdout.write(canonical(files))
        return
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(canonical(content), encoding="utf-8")
    _say(f"{len(files)} files are in {out}; events.json lists what they are")


@keys_app.command()
def create(
    name: str,
    role: Annotated[str, typer.Option(help=", ".join(keys.ROLES))],
    days: Annotated[int | None, typer.Option(min=1, help="until it expires; never by default")] = None,
    file: KeysFile = FILE,
) -> None:
    """Make a key and print its secret, which is kept nowhere."""
    if role not in keys.ROLES:
        msg = f"no such role: {role}; there are {', '.join(keys.ROLES)}"
        raise Wrong(msg)
    expires_at = real_now() + timedelta(days=days) if days else None
    sys.stdout.write(keys.create(file, name=name, role=role, expires_at=expires_at) + "\n")


@keys_app.command()
def revoke(name: str, file: KeysFile = FILE) -> None:
    """Remove a key; running services follow at once."""
    keys.revoke(file, name)
    _say(f"{name} is revoked")


@keys_app.command("list")
def list_keys(file: KeysFile = FILE) -> None:
    """Names, roles and expiry of all keys."""
    for key in keys.read(file):
        _say(f"{key.name}\t{key.role}\t{key.expires_at or 'does not expire'}")


async def _once(method: str, path: str, url: str, key: str, body: dict[str, Any] | None) -> Any:
    async with Client(url, key) as client:
        return await (client.get(path) if method == "GET" else client.post(path, body))


def _call(method: str, path: str, url: str, key: str | None, body: dict[str, Any] | None = None) -> Any:
    return asyncio.run(_once(method, path, url, _given(key), body))


def _given(key: str | None) -> str:
    if not key:
        msg = "this needs an API key: set KULTURSKOLE_KEY"
        raise Wrong(msg)
    return key


def _read(file: Path, option: str) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        msg = f"{file} cannot be read ({error.strerror}): say with {option} where it is"
        raise Wrong(msg) from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Exit code 2 for a taken port, 1 for all else that can't be done; one line says why."""
    try:
        app()
    except PortTaken as taken:
        sys.stderr.write(f"kulturskole: {taken}\n")
        sys.exit(2)
    except EXPECTED as error:
        sys.stderr.write(f"kulturskole: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
