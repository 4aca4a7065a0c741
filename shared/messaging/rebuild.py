"""Rebuild: a stopped service's projections are compared with what the streams tell, and what differs is written anew.

For a column that is new, and for a projection that disagrees with its publisher. Nothing is emptied and no inbox row is
removed: handlers are run over the streams, of each entity the newest version is kept, and where its row differs it is
replaced, in one transaction with the marks by which what is due is looked at. What was issued and sent stays as it is.

A row that the streams don't tell of is no sign of an error: its events may have aged out, or the stream was lost. Then
nothing is changed until its publisher has sent them again, or an operator says that the row is to go (docs/adr/0016).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import Table, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.catalogue import stream_of
from shared.contracts.envelope import Event
from shared.database import Database, insert
from shared.messaging import parking
from shared.messaging.consume import Consumers, Projection
from shared.messaging.facts import Added, Fact, Newest, record
from shared.messaging.guard import disown
from shared.messaging.in_hand import key_of, read
from shared.messaging.stopped import stopped
from shared.messaging.tables import disowned, work_lock, work_mark
from shared.messaging.walk import walk

BY = "rebuild"  # stands where the name of a key does

Key = tuple[Any, ...]


class CannotRebuild(Exception):
    """Something that is needed for it is not there, or there is no such handler. The message says what, and what to do."""


class Untold(NamedTuple):
    """A row that the streams don't tell of, or not at its version."""

    row: str  # "<table>/<key>", the parts of a longer key with strokes between them
    version: int
    told: int | None  # the highest version that the streams tell of; none where they tell of none
    publisher: str  # who tells of such rows


@dataclass
class Report:
    """What was done, or in a dry run what would be. Rows are counted by table, columns as `table.column`."""

    service: str
    handlers: list[str]
    done: bool = False
    read: int = 0  # events
    left_out: int = 0  # of them: parked, discarded, disowned, or not to be read
    raised: list[str] = field(default_factory=list)  # of these, those that a handler could not take, and how
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)
    untold: list[Untold] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return bool(self.added or self.changed or self.dropped)


async def rebuild(
    client: Client,
    database: Database,
    consumers: Consumers,
    *,
    do: bool,
    handlers: Collection[str] = (),
    drop: Collection[str] = (),
    not_ours: Collection[str] = (),
) -> Report:
    """Put a stopped service's projections right. `client` is NATS' operator.

    Without `do`, and where there are rows that the streams don't tell of, it changes nothing and says what it would do.
    `handlers` names those whose projections are looked at; all of them by default. `drop` has such rows, as the report
    names them, that are to be what the streams tell: an older version, or gone. `not_ours` has the ids of events that the
    service is to know nothing of. Raises CannotRebuild, stopped.IsRunning or walk.StreamFellSilent.
    """
    projections = consumers.projections()
    names = {it.handler for it in projections}
    if unknown := sorted(set(handlers) - names):
        msg = f"{consumers.service} has no handler {unknown[0]} that builds a projection; it has {_list(names)}"
        raise CannotRebuild(msg)
    chosen = [it for it in projections if it.handler in (handlers or names)]
    async with stopped(database, consumers.service):
        try:
            return await _Rebuilding(client, database, consumers, chosen, not_ours).run(do=do, drop=drop)
        except nats.errors.Error:
            raise  # some are time-outs, and these OSErrors
        except (SQLAlchemyError, OSError) as error:
            reason = str(error).splitlines()[0]
            msg = f"the database cannot be used, or lacks its tables (run migrate first): {reason}"
            raise CannotRebuild(msg) from error


@dataclass(frozen=True)
class _Told:
    """An entity at the newest version that the streams tell of."""

    row: dict[str, Any]
    marks: Sequence[Fact]


class _Rebuilding:
    def __init__(
        self,
        client: Client,
        database: Database,
        consumers: Consumers,
        chosen: Sequence[Projection],
        not_ours: Collection[str],
    ) -> None:
        handlers = {it.handler for it in chosen}
        self._client = client
        self._database = database
        self._consumers = consumers.only(handlers)
        self._not_ours = frozenset(not_ours)
        self._projections = {it.name: it for it in chosen}
        self._told: dict[str, dict[Key, _Told]] = defaultdict(dict)
        self._report = Report(consumers.service, sorted(handlers))

    async def run(self, *, do: bool, drop: Collection[str]) -> Report:
        for publisher, filters in self._consumers.filters().items():
            stream = await walk(self._client, stream_of(publisher), filters)
            async for messages in stream.batches():
                await self._hear(messages)
        async with self._database.reading() as connection:
            changes, dropped = await self._compare(connection, drop)
        if do and not self._report.untold:
            async with self._database.transaction() as connection:
                await self._write(connection, changes, dropped)
            self._report.done = True
        return self._report

    async def _hear(self, messages: Sequence[Msg]) -> None:
        async with self._database.reading() as connection:
            settled = await parking.parked_or_discarded(connection, [key_of(message.data) for message in messages])
            settled |= set((await connection.execute(select(disowned.c.event_id))).scalars()) | self._not_ours
        for it in map(read, messages):
            self._report.read += 1
            if it.event is None or it.key in settled or not self._keep(it.event):
                self._report.left_out += 1

    def _keep(self, event: Event[Any]) -> bool:
        """Keep what is newer than what is known; False where a handler raises: when it is delivered, it is parked."""
        try:
            by_handler = [list(handler.run(event)) for handler in self._consumers.handlers(event)]
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, it has touched nothing
            self._report.raised.append(f"{event.type} {event.id}: {type(error).__name__}")
            return False
        for facts in by_handler:
            marks = [fact for fact in facts if fact.table in (work_lock, work_mark)]
            for fact in facts:
                if isinstance(fact, Newest):
                    told, key = self._told[fact.table.name], _key(fact.table, fact.row)
                    if key not in told or told[key].row["version"] < fact.row["version"]:
                        told[key] = _Told(fact.row, marks)
        return True

    async def _compare(
        self, connection: AsyncConnection, drop: Collection[str]
    ) -> tuple[list[tuple[Table, _Told]], list[tuple[Table, Key]]]:
        """What is to be written, and the rows that are to go."""
        changes: list[tuple[Table, _Told]] = []
        dropped: list[tuple[Table, Key]] = []
        for name, projection in sorted(self._projections.items()):
            table, told = projection.table, dict(self._told[name])
            found = [dict(row) for row in (await connection.execute(select(table))).mappings()]
            rows = {_key(table, row): row for row in found}
            for key in sorted(rows):
                untold = _untold(projection, key, rows[key]["version"], told.get(key))
                if untold is None:
                    continue
                if untold.row not in drop:
                    self._report.untold.append(untold)
                    told.pop(key, None)  # it stays
                    continue
                self._report.dropped.append(untold.row)
                if key not in told:
                    dropped.append((table, key))
            changes += [(table, told[key]) for key in sorted(told) if self._differs(table, rows.get(key), told[key])]
        return changes, dropped

    def _differs(self, table: Table, row: Mapping[str, Any] | None, told: _Told) -> bool:
        if row is None:
            self._report.added[table.name] += 1
            return True
        columns = [name for name, value in told.row.items() if row[name] != value]
        if columns:
            self._report.columns.update(f"{table.name}.{name}" for name in columns)
            self._report.changed[table.name] += 1
        return bool(columns)

    async def _write(
        self, connection: AsyncConnection, changes: Sequence[tuple[Table, _Told]], dropped: Iterable[tuple[Table, Key]]
    ) -> None:
        for id in sorted(self._not_ours):
            await disown(connection, id, by=BY)
        for table, key in dropped:
            is_it = [column == value for column, value in zip(table.primary_key, key, strict=True)]
            await connection.execute(delete(table).where(*is_it))
        for name in sorted({table.name for table, _ in changes}):
            await _replace(
                connection, self._projections[name].table, [it.row for table, it in changes if table.name == name]
            )
        if self._report.differs:
            await record(connection, _once(fact for _, told in changes for fact in told.marks))
            await record(connection, await have_all_looked_at(connection))


def _untold(projection: Projection, key: Key, version: int, told: _Told | None) -> Untold | None:
    newest = told.row["version"] if told else None
    if newest is not None and newest >= version:
        return None
    return Untold("/".join(map(str, (projection.name, *key))), version, newest, projection.publisher)


async def _replace(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Whatever version stands there."""
    statement = insert(connection, table)
    upsert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in rows[0] if not table.c[name].primary_key},
    )
    await connection.execute(upsert, rows)


async def have_all_looked_at(connection: AsyncConnection) -> list[Fact]:
    """Marks on all that a mark was ever left on: what the rows said before may have had an effect elsewhere."""
    keys = await connection.execute(select(work_lock.c.work, work_lock.c.key))
    return [Added(work_mark, work=row.work, key=row.key, part=None) for row in keys]


def _once(facts: Iterable[Fact]) -> Iterator[Fact]:
    """A thousand sessions of a programme mark it once: nobody can take marks in between, since all are one transaction."""
    return iter({(fact.table.name, *sorted(fact.row.items(), key=repr)): fact for fact in facts}.values())


def _key(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
