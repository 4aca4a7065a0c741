"""`kulturskole`: the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import nats.errors
import structlog
import typer
from sqlalchemy import make_url

from deploy.arguments import ProgrammeCode, ServiceName
from deploy.at_rest import NeverAtRest
from deploy.backups.commands import backup, restore
from deploy.backups.manifest import NoBackup
from deploy.bootstrap import OPERATORS_KEY, ROLES, file_of
from deploy.bootstrap import bootstrap as make_secrets
from deploy.client import Client, Refused, Unavailable
from deploy.command import (
    CANNOT,
    CODES,
    DEFAULT_PASSWORD_FILE,
    DEFAULT_STATE,
    HERE,
    NATS_HERE,
    PORT_TAKEN,
    DatabasePasswordFile,
    DatabaseUrl,
    Json,
    NatsUrl,
    PasswordFile,
    Secret,
    StateFolder,
    Url,
    Wrong,
    embedded_parts,
)
from deploy.command import answer as _answer
from deploy.command import given as _given
from deploy.command import read as _read
from deploy.command import say as _say
from deploy.demo.play import WrongTime
from deploy.doctor.commands import doctor
from deploy.events import events_app
from deploy.nats_server import NatsDidNotStart
from deploy.ports import PortTaken
from deploy.state import InUse, NotOurs
from deploy.subscribers.commands import FolderOfSubscribers, folder_of, subscribers_app
from deploy.subscribers.folder import Unknown
from deploy.subscribers.taking_in import NotTakenIn
from deploy.verifying import billing_app
from shared.clock import WrongClock, real_now
from shared.messaging.broker import NoBroker
from shared.messaging.rebuild import CannotRebuild
from shared.messaging.recover import CannotRecover
from shared.messaging.stopped import IsRunning
from shared.messaging.streams import ProvisioningFailed
from shared.messaging.walk import StreamFellSilent
from shared.migrations.steps import WrongSchema
from shared.web import keys
from shared.web.serving import CannotStart

log = structlog.get_logger()

app = typer.Typer(no_args_is_help=True, help="Run and operate Fremtidens kulturskole.", epilog=CODES)
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(events_app, name="events")
app.add_typer(keys_app, name="keys")
app.add_typer(subscribers_app, name="subscribers")
app.add_typer(billing_app, name="billing")
app.command(epilog=CODES)(backup)
app.command(epilog=CODES)(restore)
app.command(epilog=CODES)(doctor)

Port = Annotated[int, typer.Option("--port", help="for the pages and APIs; 0 for any free one")]
NatsPort = Annotated[int, typer.Option("--nats-port", help="for NATS; 0 for any free one")]
KeysFile = Annotated[Path, typer.Option("--file", envvar="KULTURSKOLE_KEYS_FILE", help="the file of keys")]
Disown = Annotated[list[str] | None, typer.Option(help="the id of an event that is not the service's, to be left out")]
# Where `make run` keeps them. For containers they are in the folder that `bootstrap` made, and named by an option.
DEFAULT_KEYS_FILE = Path("var/run/keys/keys.json")


# Errors whose message is all that the user needs. Any other is a fault of ours and shows its stack trace.
EXPECTED = (
    *(Wrong, WrongTime, Refused, Unavailable, NeverAtRest, InUse, NotOurs, NatsDidNotStart),
    *(Unknown, NotTakenIn, NoBackup),
    *(CannotRecover, CannotRebuild, IsRunning, StreamFellSilent, WrongSchema),
    *(CannotStart, NoBroker, WrongClock, ProvisioningFailed, nats.errors.Error, OSError, ValueError),
)


@contextmanager
def _as_services_log(command: str) -> Iterator[None]:
    """What the block logs is JSON, as beside it in containers, and its last line says why it can't be done; not on a terminal."""
    if sys.stderr.isatty():
        yield
        return
    from shared import logs  # noqa: PLC0415 - loads the drivers of databases

    logs.configure("INFO", service=command)
    try:
        yield
    except EXPECTED as error:
        log.error("it can't be done", reason=str(error))  # noqa: TRY400 - the message says it all
        raise typer.Exit(CANNOT) from None


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer gives it so
    if asked:
        _say(f"kulturskole {metadata.version('fremtidens-kulturskole')}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="say which version this is")
    ] = False,
) -> None:
    """Take the options of `kulturskole` itself."""


@app.command(epilog=CODES)
def up(
    state: Annotated[Path, typer.Option(help="the folder that everything is kept in")] = Path("var/run"),
    port: Port = 8000,
    nats_port: NatsPort = 4222,
) -> None:
    """Run all of it on this machine, until Ctrl-C."""
    with embedded_parts():
        from deploy import run  # noqa: PLC0415 - loads the four services, which other commands need not wait for

    asyncio.run(run.up(state, run.Ports(http=port, nats=nats_port), _say))


@app.command(epilog=CODES)
def demo(
    *,
    state: Annotated[
        Path, typer.Option(help="the folder, emptied first; with --url, where summary and books go")
    ] = Path("var/demo"),
    port: Port = 8000,
    nats_port: NatsPort = 4222,
    exit: Annotated[bool, typer.Option("--exit", help="end after the summary; 1 where a figure differs")] = False,
    url: Annotated[str | None, typer.Option(help="play on what runs there, with a simulated clock and empty")] = None,
    keys: Annotated[Path | None, typer.Option(help="with --url: a file that holds an operator's API key")] = None,
    key: Secret = None,
    as_json: Json = False,
) -> None:
    """Play the programme 2024–2025 through the APIs, on a simulated clock; with --json the story goes to stderr."""
    say = _say_aside if as_json else _say
    if url is not None:
        from deploy.demo.run import play_elsewhere  # noqa: PLC0415 - other commands need not wait for it

        secret = _read(keys, "--keys") if keys else _given(key)
        outcome = asyncio.run(play_elsewhere(url, secret, state, say))
    else:
        with embedded_parts():
            from deploy import run  # noqa: PLC0415 - loads the four services, which others need not wait for

        outcome = asyncio.run(run.demo(state, run.Ports(http=port, nats=nats_port), say, stay=not exit))
    _answer(outcome.figures | {"wrong": outcome.wrong}, as_json=as_json)
    if outcome.wrong and exit:
        raise typer.Exit(CANNOT)


@app.command()
def books(programme: ProgrammeCode, url: Url = HERE, key: Secret = None, *, as_json: Json = True) -> None:
    """Print the books of a programme, always as canonical JSON."""
    _answer(_call("GET", f"/billing/programmes/{programme}/books", url, key), as_json=as_json)


@app.command(epilog=CODES)
def audit(
    programme: ProgrammeCode,
    url: Url = HERE,
    key: Secret = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    *,
    as_json: Json = False,
) -> None:
    """Check that what a running system says of a programme adds up."""
    from deploy.audit import run as auditing  # noqa: PLC0415 - loads the four services, which others need not wait for

    password = _read(password_file, "--password-file")
    report = asyncio.run(auditing.audit(programme, url, _given(key), nats_url, password))
    _answer(report.content(), *report.lines(), as_json=as_json)
    if not report.holds:
        raise typer.Exit(CANNOT)


@app.command()
def republish(
    service: ServiceName,
    type: Annotated[str | None, typer.Option(help="only events of this type, as invoice.issued")] = None,
    url: Url = HERE,
    key: Secret = None,
    *,
    as_json: Json = False,
) -> None:
    """Have a running service send its events again; only handlers that have not had one take it."""
    answer = _call("POST", f"/{service}/operations/republish", url, key, {"type": type} if type else {})
    content = {"service": service, "type": type, "events": answer["count"]}
    _answer(content, f"{answer['count']} events are sent again", as_json=as_json)


@app.command(epilog=CODES)
def recover(
    service: ServiceName,
    *,
    do: Annotated[bool, typer.Option("--do", help="without it: say what would be done, and change nothing")] = False,
    disown: Disown = None,
    state: StateFolder = DEFAULT_STATE,
    database_url: DatabaseUrl = None,
    database_password_file: DatabasePasswordFile = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    as_json: Json = False,
) -> None:
    """Bring a stopped service's database up to what was told, from the streams; after a restore, say."""
    from deploy import recovering  # noqa: PLC0415 - loads the four services, which others need not wait for

    options: Any = {"do": do, "disown": disown or ()}
    where = _database(database_url, database_password_file)
    if where is None:
        with embedded_parts():
            report = asyncio.run(recovering.recover_embedded(service, state, **options))
    else:
        nats = nats_url, _read(password_file, "--password-file")
        report = asyncio.run(recovering.recover_service(service, where, *nats, **options))
    _answer(recovering.content(report), *recovering.lines(report), as_json=as_json)
    if report.invalid:
        raise typer.Exit(CANNOT)


@app.command(epilog=CODES)
def rebuild(
    service: ServiceName,
    *,
    do: Annotated[bool, typer.Option("--do", help="without it: say what would be done, and change nothing")] = False,
    handler: Annotated[
        list[str] | None, typer.Option(help="look only at what this handler builds; by default at all projections")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="a row that was never told, as table/key, left to what the streams tell")
    ] = None,
    disown: Disown = None,
    state: StateFolder = DEFAULT_STATE,
    database_url: DatabaseUrl = None,
    database_password_file: DatabasePasswordFile = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    as_json: Json = False,
) -> None:
    """Put right what a stopped service keeps of what others told it, from the streams; fills a new column, say."""
    from deploy import rebuilding  # noqa: PLC0415 - likewise

    options: Any = {"do": do, "handlers": handler or (), "drop": drop or (), "disown": disown or ()}
    where = _database(database_url, database_password_file)
    if where is None:
        with embedded_parts():
            report = asyncio.run(rebuilding.rebuild_embedded(service, state, **options))
    else:
        nats = nats_url, _read(password_file, "--password-file")
        report = asyncio.run(rebuilding.rebuild_service(service, where, *nats, **options))
    _answer(rebuilding.content(report), *rebuilding.lines(report), as_json=as_json)
    if report.untold:
        raise typer.Exit(CANNOT)


def _database(url: str | None, password_file: Path | None) -> str | None:
    """Where a service's database is; None where it is the one that `up` keeps. Raises Wrong."""
    if url is None:
        return None
    found = make_url(url)
    if password_file:
        found = found.set(password=_read(password_file, "--database-password-file"))
    return found.render_as_string(hide_password=False)


@app.command()
def provision(
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    replicas: Annotated[
        int | None,
        typer.Option(
            envvar="KULTURSKOLE_NATS_REPLICAS",
            min=1,
            max=5,
            help="of each stream; 3 in a cluster. Without it a stream keeps what it has, and a new one has as many as the others",
        ),
    ] = None,
    wait: Annotated[float, typer.Option(help="seconds for a server that is not there yet")] = 0.0,
    subscribers: FolderOfSubscribers = None,
    *,
    as_json: Json = False,
) -> None:
    """Make NATS' streams and consumers, or bring them up to date."""
    from deploy.provisioning import provision_all  # noqa: PLC0415 - likewise

    with _as_services_log("provision"):
        password = _read(password_file, "--password-file")
        folder = folder_of(subscribers, password_file)
        durables = asyncio.run(provision_all(nats_url, password, subscribers=folder, replicas=replicas, wait=wait))
        log.info("streams and consumers are as they should be", durables=len(durables))
    if as_json:
        _answer([{"stream": it.stream, "consumer": it.name, "subjects": it.filters} for it in durables], as_json=True)


@app.command()
def roles(
    database_url: Annotated[
        str,
        typer.Option(envvar="KULTURSKOLE_DATABASE_URL", help="PostgreSQL, as a user that may make roles and databases"),
    ],
    database_password_file: DatabasePasswordFile = None,
    secrets: Annotated[
        Path,
        typer.Option(envvar="KULTURSKOLE_ROLES_SECRETS", help="the folder that `bootstrap` made, with their passwords"),
    ] = Path("secrets"),
    wait: Annotated[float, typer.Option(help="seconds for a server that is not there yet, or tables in use")] = 0.0,
    *,
    as_json: Json = False,
) -> None:
    """Make PostgreSQL's roles and databases, or put right those that are there."""
    from deploy.roles import make_roles  # noqa: PLC0415 - loads the drivers of databases

    with _as_services_log("roles"):
        passwords = {role: _read(secrets / file_of(role), "--secrets") for role in ROLES}
        asyncio.run(make_roles(_database(database_url, database_password_file) or "", passwords, wait=wait))
        log.info("roles and databases are as they should be", roles=list(ROLES))
    if as_json:
        _answer(list(ROLES), as_json=True)


@app.command()
def bootstrap(
    folder: Annotated[Path, typer.Argument(help="made by this, for the containers to mount")] = Path("secrets"),
    nats_url: Annotated[
        str, typer.Option(help="where other systems reach NATS, for nats-reader.json")
    ] = "nats://127.0.0.1:4222",
    *,
    as_json: Json = False,
) -> None:
    """Make passwords, keys and NATS' configuration for containers; what is there already stays."""
    make_secrets(folder, nats_url=nats_url)
    content = {"folder": str(folder), "operator_key_file": str(folder / OPERATORS_KEY)}
    _answer(content, f"{folder} is complete; the operator's API key is in {folder / OPERATORS_KEY}", as_json=as_json)


@keys_app.command()
def create(
    name: str,
    role: Annotated[keys.Role, typer.Option(help="each may do all that the one before it may")],
    days: Annotated[int | None, typer.Option(min=1, help="until it expires; never by default")] = None,
    file: KeysFile = DEFAULT_KEYS_FILE,
    *,
    as_json: Json = False,
) -> None:
    """Make a key and print its secret, which is kept nowhere."""
    expires_at = real_now() + timedelta(days=days) if days else None
    secret = keys.create(file, name=name, role=role, expires_at=expires_at)
    content = {"name": name, "role": role, "expires_at": expires_at and expires_at.isoformat(), "secret": secret}
    _answer(content, secret, as_json=as_json)


@keys_app.command()
def revoke(name: str, file: KeysFile = DEFAULT_KEYS_FILE, *, as_json: Json = False) -> None:
    """Remove a key; running services follow at once."""
    keys.revoke(file, name)
    _answer({"revoked": name}, f"{name} is revoked", as_json=as_json)


@keys_app.command("list")
def list_keys(file: KeysFile = DEFAULT_KEYS_FILE, *, as_json: Json = False) -> None:
    """Names, roles and expiry of all keys."""
    found = keys.read(file)
    content = [{"name": it.name, "role": it.role, "expires_at": it.expires_at} for it in found]
    lines = (f"{it.name}\t{it.role}\t{it.expires_at or 'does not expire'}" for it in found)
    _answer(content, *lines, as_json=as_json)


async def _once(method: str, path: str, url: str, key: str, body: dict[str, Any] | None) -> Any:
    async with Client(url, key) as client:
        return await (client.get(path) if method == "GET" else client.post(path, body))


def _call(method: str, path: str, url: str, key: str | None, body: dict[str, Any] | None = None) -> Any:
    return asyncio.run(_once(method, path, url, _given(key), body))


def _say_aside(line: str) -> None:
    sys.stderr.write(line + "\n")


def main() -> None:
    """Run the command that is typed; where it can't be done, one line says why."""
    try:
        app(prog_name="kulturskole")
    except PortTaken as taken:
        _say_aside(f"kulturskole: {taken}")
        sys.exit(PORT_TAKEN)
    except EXPECTED as error:
        _say_aside(f"kulturskole: {error}")
        sys.exit(CANNOT)


if __name__ == "__main__":
    main()
