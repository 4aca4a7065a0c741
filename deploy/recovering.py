"""Recovering a stopped service's database from the streams, on this machine or beside containers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.nats_config import OPERATOR
from deploy.nats_operator import operator
from deploy.parts import PARTS
from deploy.ports import HOST, chosen
from deploy.state import InUse, State
from deploy.subscribers.folder import Folder
from shared.database import Database
from shared.messaging.recover import Report, recover


async def recover_service(
    service: str, database_url: str, nats_url: str, password: str, *, do: bool, disown: Collection[str]
) -> Report:
    """`service` is one of ours, `password` that of NATS' operator. Raises what `recover` raises, and NoBroker."""
    part = next(it for it in PARTS if it.name == service)
    database = Database(database_url)
    try:
        async with operator(nats_url, password) as client:
            return await recover(client, database, part.consumers, part.adoptions, do=do, disown=disown)
    finally:
        await database.close()


async def recover_embedded(service: str, folder: Path, *, do: bool, disown: Collection[str]) -> Report:
    """The same in what `make run` keeps. Raises what `embedded` and `recover` raise."""
    async with embedded(service, folder) as where:
        return await recover_service(service, *where, do=do, disown=disown)


@asynccontextmanager
async def embedded(service: str, folder: Path) -> AsyncIterator[tuple[str, str, str]]:
    """A service's database, migrated, and NATS with its operator's password, in what `make run` keeps.

    NATS is started where it does not run. Raises FileNotFoundError for a folder that nothing was kept in.
    """
    from deploy.embedded import migrate  # noqa: PLC0415 - likewise

    state = State(folder)
    if not state.nats_config.exists():
        msg = f"nothing is kept in {folder}: say with --state where it is, or with --database-url where the database is"
        raise FileNotFoundError(msg)
    async with _running_nats(state) as url:
        database_url = state.database_url(service)
        await migrate(service, database_url)
        yield database_url, url, state.passwords()[OPERATOR]


@asynccontextmanager
async def _running_nats(state: State) -> AsyncIterator[str]:
    """Where it runs: started here, unless `up` runs on the folder."""
    try:
        state.open()
    except InUse:
        yield Folder(state.subscribers).url
        return
    from deploy.embedded import start_nats  # noqa: PLC0415 - images leave out what it starts

    try:
        port = chosen(0, "NATS", "--nats-port")
        server = await start_nats(state, port)
        try:
            yield f"nats://{HOST}:{port}"
        finally:
            await server.stop()
    finally:
        state.close()


def content(report: Report) -> dict[str, Any]:
    """For programs, the same."""
    return {
        "service": report.service,
        "done": report.done,
        "adopted": report.adopted,
        "taken_in": report.taken_in,
        "parked": report.parked,
        "invalid": [it._asdict() for it in report.invalid],
        "disowned": report.disowned,
    }


def lines(report: Report) -> Iterator[str]:
    """For people, what was done or would be."""
    would = "" if report.done else "would be "
    yield f"{report.service}: {sum(report.adopted.values())} of its own events {would or 'were '}adopted"
    yield from (f"  {count:6}  {type_}" for type_, count in sorted(report.adopted.items()))
    yield f"{sum(report.taken_in.values())} events of others {would or 'were '}taken in, {report.parked} parked"
    yield from (f"  {count:6}  {type_}" for type_, count in sorted(report.taken_in.items()))
    if report.invalid:
        yield f"{len(report.invalid)} of its own events are not valid; nothing is changed while they are:"
    for it in report.invalid:
        yield f"  {it.key}  {it.type or 'no type'}  message {it.sequence} of its stream: {it.reason}"
    if report.invalid:
        yield "mend the cause, or leave one of them out with --disown and its id"
    elif not report.done:
        yield "nothing was changed: this was a dry run; --do does it"
