"""`kulturskole subscribers`: who reads the events, and how far each has come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.command import DEFAULT_PASSWORD_FILE, NATS_HERE, Json, NatsUrl, PasswordFile, answer, read
from deploy.state import write_secret
from deploy.subscribers.managing import Standing, Subscribers
from deploy.subscribers.subscriber import Subscriber
from shared import logs

FolderOfSubscribers = Annotated[
    Path | None,
    typer.Option(
        envvar="KULTURSKOLE_SUBSCRIBERS",
        help="the folder that says who subscribes; else `subscribers`, beside the operator's password",
    ),
]
Out = Annotated[
    Path | None, typer.Option(help="a file for what it connects with, for its owner alone; else the screen")
]

subscribers_app = typer.Typer(no_args_is_help=True, help="Other systems that read the events.")


@subscribers_app.command()
def add(
    name: str,
    party: Annotated[
        list[str] | None,
        typer.Option(
            help="an organisation number: only what concerns it, with what concerns all; several may be given"
        ),
    ] = None,
    type: Annotated[
        list[str] | None,
        typer.Option(help="only events of this type, as invoice.issued or invoice.*; several may be given"),
    ] = None,
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="a day: nothing that was told before")
    ] = None,
    out: Out = None,
    subscribers: FolderOfSubscribers = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    as_json: Json = False,
) -> None:
    """Let another system read, and print what it connects with. NATS goes on running."""
    day = since.date() if since else None
    subscriber = Subscriber(name=name, parties=tuple(party or ()), types=tuple(type or ()), since=day)
    credentials = asyncio.run(_managed(subscribers, nats_url, password_file).add(subscriber))
    _hand_over(credentials, out, as_json=as_json)


@subscribers_app.command()
def rotate(
    name: str,
    out: Out = None,
    subscribers: FolderOfSubscribers = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    *,
    as_json: Json = False,
) -> None:
    """Give it another password, and print what it connects with from now on; the old one is put out at once."""
    credentials = asyncio.run(_managed(subscribers, nats_url, password_file).rotate(name))
    _hand_over(credentials, out, as_json=as_json)


@subscribers_app.command()
def revoke(
    name: str,
    subscribers: FolderOfSubscribers = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    *,
    as_json: Json = False,
) -> None:
    """Put another system out, at once; how far it had come is forgotten."""
    asyncio.run(_managed(subscribers, nats_url, password_file).revoke(name))
    answer({"revoked": name}, f"{name} is revoked", as_json=as_json)


@subscribers_app.command("list")
def list_subscribers(
    subscribers: FolderOfSubscribers = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    *,
    as_json: Json = False,
) -> None:
    """Who reads what, how many events each lags behind, and when each was last seen."""
    found = asyncio.run(_managed(subscribers, nats_url, password_file).standings())
    answer([_content(it) for it in found], *(_line(it) for it in found), as_json=as_json)


@subscribers_app.command()
def show(
    name: str,
    subscribers: FolderOfSubscribers = None,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    *,
    as_json: Json = False,
) -> None:
    """How far one of them has come, stream by stream."""
    found = asyncio.run(_managed(subscribers, nats_url, password_file).standing(name))
    answer(_content(found), _line(found), *_lines(found), as_json=as_json)


def folder_of(subscribers: Path | None, password_file: Path) -> Path:
    """Where it is said who subscribes: `make run` and `bootstrap` keep it beside the password of NATS' operator."""
    return subscribers or password_file.parent / "subscribers"


def _managed(subscribers: Path | None, nats_url: str, password_file: Path) -> Subscribers:
    logs.configure("WARNING", service="kulturskole")  # on the screen is what a program is to read
    password = read(password_file, "--password-file")
    return Subscribers(folder_of(subscribers, password_file), nats_url, password)


def _hand_over(credentials: dict[str, Any], out: Path | None, *, as_json: bool) -> None:
    if out is None:
        answer(credentials, json.dumps(credentials, indent=2), as_json=as_json)
        return
    write_secret(out, json.dumps(credentials, indent=2))
    content = {"name": credentials["user"], "credentials": str(out)}
    answer(content, f"{credentials['user']} can read; what it connects with is in {out}", as_json=as_json)


def _content(it: Standing) -> dict[str, Any]:
    wanted = it.subscriber
    return {
        "name": it.name,
        "known": wanted is not None,
        "parties": list(wanted.parties) if wanted else [],
        "types": list(wanted.types) if wanted else [],
        "since": wanted.since.isoformat() if wanted and wanted.since else None,
        "lag": it.lag,
        "last_seen": it.last_seen and it.last_seen.isoformat(),
        "waits": it.waits,
        "streams": {
            reader.stream: {
                "filters": list(reader.filters),
                "lag": reader.lag,
                "pending": reader.pending,
                "unacknowledged": reader.unacknowledged,
                "redelivered": reader.redelivered,
                "waits": reader.waits,
                "last_seen": reader.last_seen and reader.last_seen.isoformat(),
            }
            for reader in it.readers
        },
    }


def _line(it: Standing) -> str:
    wanted = it.subscriber
    if wanted is None:
        gets = "NATS knows it and the folder does not: revoke it"
    else:
        since = f" since {wanted.since}" if wanted.since else ""
        gets = f"{_or_all(wanted.types, 'all types')} of {_or_all(wanted.parties, 'all parties')}{since}"
    return f"{it.name}\t{gets}\tlag {it.lag}\t{_seen(it.last_seen, waits=it.waits)}"


def _lines(it: Standing) -> Iterator[str]:
    for reader in it.readers:
        lag = f"{reader.pending} to come, {reader.unacknowledged} not acknowledged ({reader.redelivered} came again)"
        yield f"  {reader.stream}\t{lag}\t{_seen(reader.last_seen, waits=reader.waits)}"
        yield from (f"    {subject}" for subject in reader.filters)


def _or_all(named: Sequence[str], all_of_them: str) -> str:
    return ", ".join(named) or all_of_them


def _seen(moment: datetime | None, *, waits: bool) -> str:
    when = f"last seen {moment.isoformat(timespec='seconds')}" if moment else "not seen yet"
    return f"{when}, connected" if waits else when
