"""Rebuilding a stopped service's projections from the streams, on this machine or beside containers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from deploy.nats_operator import operator
from deploy.parts import PARTS
from deploy.recovering import embedded
from shared.database import Database
from shared.messaging.rebuild import Report, rebuild


async def rebuild_service(
    service: str,
    database_url: str,
    nats_url: str,
    password: str,
    *,
    do: bool,
    handlers: Collection[str],
    drop: Collection[str],
    disown: Collection[str],
) -> Report:
    """`service` is one of ours, `password` that of NATS' operator. Raises what `rebuild` raises, and NoBroker."""
    part = next(it for it in PARTS if it.name == service)
    database = Database(database_url)
    try:
        async with operator(nats_url, password) as client:
            return await rebuild(client, database, part.consumers, do=do, handlers=handlers, drop=drop, not_ours=disown)
    finally:
        await database.close()


async def rebuild_embedded(
    service: str,
    folder: Path,
    *,
    do: bool,
    handlers: Collection[str],
    drop: Collection[str],
    disown: Collection[str],
) -> Report:
    """The same in what `make run` keeps. Raises FileNotFoundError for a folder that nothing was kept in, and the same."""
    async with embedded(service, folder) as where:
        return await rebuild_service(service, *where, do=do, handlers=handlers, drop=drop, disown=disown)


def content(report: Report) -> dict[str, Any]:
    """For programs, the same."""
    return {
        "service": report.service,
        "handlers": report.handlers,
        "done": report.done,
        "read": report.read,
        "left_out": report.left_out,
        "raised": report.raised,
        "added": report.added,
        "changed": report.changed,
        "columns": report.columns,
        "untold": [it._asdict() for it in report.untold],
        "dropped": report.dropped,
    }


def lines(report: Report) -> Iterator[str]:
    """For people, what was done or would be."""
    were = "were" if report.done else "would be"
    yield f"{report.service}: {report.read} events read for {', '.join(report.handlers) or 'no projection'}"
    if report.left_out:
        yield f"{report.left_out} of them left out: parked, discarded, disowned, or not to be read"
    yield from (f"  {it}" for it in report.raised)
    yield f"{report.added.total()} rows {were} added, {report.changed.total()} {were} changed"
    yield from (f"  {count:6}  {table}, added" for table, count in sorted(report.added.items()))
    yield from (f"  {count:6}  {column}, changed" for column, count in sorted(report.columns.items()))
    yield from (f"  {row} {were} dropped for what the streams tell" for row in report.dropped)
    if report.untold:
        yield f"{len(report.untold)} rows are not what the streams tell; nothing is changed while they are:"
        for it in report.untold:
            tell = "nothing of it" if it.told is None else f"no more than version {it.told}"
            yield f"  {it.row} at version {it.version}: {it.publisher}'s stream tells {tell}"
        publishers = " and ".join(sorted({it.publisher for it in report.untold}))
        yield (
            f"where events have aged out or were lost, have {publishers} send them again (kulturskole republish) and run "
            "this anew; a row that was never told is left to what the streams tell by --drop and its name"
        )
    elif not report.done:
        yield "nothing was changed: this was a dry run; --do does it"
