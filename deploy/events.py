"""`kulturskole events`: what is promised of the events, and those that the streams hold."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy.client import canonical
from deploy.command import (
    CODES,
    DEFAULT_PASSWORD_FILE,
    NATS_HERE,
    Json,
    NatsUrl,
    PasswordFile,
    Wrong,
    answer,
    read,
    say,
)
from deploy.following import follow
from deploy.nats_operator import operator
from deploy.subscribers.subscriber import Subscriber
from shared import logs
from shared.clock import OSLO
from shared.contracts import schemas as contracts
from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.contracts.envelope import UUID
from shared.messaging.walk import walk

WATCHING = "events-tail"  # as whom we choose what to read; there is no such user
PARTIES = "kulturskole.registration.party.*._.*"
MOST_NAMED = 40  # parties, where one was asked for that there is not

events_app = typer.Typer(no_args_is_help=True, help="The events, and their contracts.")


def _id(written: str) -> str:
    if not re.fullmatch(UUID, written.lower()):
        msg = f"{written}; an event's id is a UUID, as the last column of `events tail` has it"
        raise typer.BadParameter(msg)
    return written.lower()


@events_app.command()
def schemas(
    out: Annotated[Path | None, typer.Option(help="a folder for the files; else all go to the screen, by name")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write the contracts: the list of events, the schemas of their envelope and of each entity, an example of each."""
    files = contracts.files()
    if out is None:
        answer(files, as_json=True)
        return
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(canonical(content), encoding="utf-8")
    written = {"folder": str(out), "files": sorted(files)}
    answer(written, f"{len(files)} files are in {out}; events.json lists what they are", as_json=as_json)


@events_app.command(epilog=CODES)
def tail(
    party: Annotated[
        list[str] | None,
        typer.Option(help="an organisation number: only what concerns it, with what concerns all"),
    ] = None,
    type: Annotated[
        list[str] | None, typer.Option(help="only events of this type, as invoice.issued or invoice.*")
    ] = None,
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="a day: first all that was told from then on")
    ] = None,
    wait: Annotated[bool, typer.Option(help="go on, and show what is told from now on, until Ctrl-C")] = True,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    as_json: Json = False,
) -> None:
    """Show events as they are told, a line each: when it happened, type, programme, party, id."""
    day = since.date() if since else None
    wanted = Subscriber(name=WATCHING, parties=tuple(party or ()), types=tuple(type or ()), since=day)
    wanted.check()

    def show(message: Msg) -> None:
        event = event_in(message)
        if event is not None:
            say(json.dumps(event, ensure_ascii=False) if as_json else line_of(event))

    with _ending_quietly():
        asyncio.run(_tail(nats_url, _password(password_file), wanted, show, wait=wait))


@events_app.command(epilog=CODES)
def show(
    id: Annotated[str, typer.Argument(callback=_id, help="of the event")],
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    *,
    as_json: Json = False,
) -> None:
    """Show all that one event says."""
    with _ending_quietly():
        event = asyncio.run(_find(nats_url, _password(password_file), id))
        for line in [json.dumps(event, ensure_ascii=False)] if as_json else lines_of(event):
            say(line)


async def _tail(url: str, password: str, wanted: Subscriber, show: Callable[[Msg], None], *, wait: bool) -> None:
    async with operator(url, password) as client:
        for party in wanted.parties:
            await _check_is_told_of(client, party)
        await follow(client, wanted.durables(), show, wait=wait)


async def _check_is_told_of(client: Client, party: str) -> None:
    """Raises Wrong for a party that no stream has anything about."""
    if not any([await _subjects(client, it, f"kulturskole.{it}.*.*.*.{party}") for it in PUBLISHERS]):
        known = sorted({it.rpartition(".")[2] for it in await _subjects(client, "registration", PARTIES)})
        more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
        msg = f"--party: nothing was told of {party}; there is {', '.join(known[:MOST_NAMED]) or 'nobody'}{more}"
        raise Wrong(msg)


async def _subjects(client: Client, publisher: str, matching: str) -> Sequence[str]:
    info = await client.jsm(timeout=10).stream_info(stream_of(publisher), subjects_filter=matching)
    return list(info.state.subjects or ())


async def _find(url: str, password: str, id: str) -> dict[str, Any]:
    """Raises Wrong where no stream has it."""
    async with operator(url, password) as client:
        for publisher in PUBLISHERS:
            stream = await walk(client, stream_of(publisher))
            async with aclosing(stream.batches()) as batches:
                async for messages in batches:
                    for message in messages:
                        if id.encode() in message.data and (event := event_in(message)) and event["id"] == id:
                            return event
    msg = f"no stream has an event {id}"
    raise Wrong(msg)


def event_in(message: Msg) -> dict[str, Any] | None:
    """As it stands in the message; what is no event is said aside, since nothing is left out in silence."""
    try:
        event: dict[str, Any] = json.loads(message.data)
        datetime.fromisoformat(event["time"])
        is_one = all(isinstance(event[it], str) for it in ("id", "type", "subject"))
    except (ValueError, TypeError, KeyError):
        is_one = False
    if not is_one:
        where = message.metadata
        sys.stderr.write(f"{where.stream} {where.sequence.stream}: what stands there is no event\n")
        return None
    return event


def line_of(event: dict[str, Any]) -> str:
    at = datetime.fromisoformat(event["time"]).astimezone(OSLO)
    name = event["type"].removeprefix("kulturskole.").partition(".")[2].rpartition(".v")[0]
    programme, _, party = event["subject"].partition(".")
    return f"{at:%Y-%m-%d %H:%M:%S}\t{name}\t{programme}\t{party}\t{event['id']}"


def lines_of(fields: dict[Any, Any], indent: str = "") -> Iterator[str]:
    """A field a line, what is inside another one further in; those of a list are numbered."""
    for name, it in fields.items():
        inside = dict(enumerate(it, 1)) if isinstance(it, list) else it
        if isinstance(inside, dict):
            yield f"{indent}{name}:" if inside else f"{indent}{name}: none"
            yield from lines_of(inside, indent + "  ")
        else:
            yield f"{indent}{name}: {it if isinstance(it, str) else json.dumps(it)}"


def _password(file: Path) -> str:
    logs.configure("WARNING", service="kulturskole")  # on the screen is what a program is to read
    return read(file, "--password-file")


@contextmanager
def _ending_quietly() -> Iterator[None]:
    """By Ctrl-C, or because nobody reads any more what is written, as after `| head`."""
    try:
        yield
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        # Python would write once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
