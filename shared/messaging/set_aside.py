"""What cannot be worked off is set aside with its reason, is seen, and slows nobody.

A key whose work raises keeps its marks. It is tried again at once, then ever more seldom, and whenever news leaves another mark on it;
every other key has its turn meanwhile. A part of a key that lacks something, or cannot be decided, keeps no mark: the fact
that is missing brings one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType

import structlog
from sqlalchemy import ColumnElement, ScalarSelect, and_, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import database_now
from shared.database import Database, insert, read_as
from shared.messaging.pauses import after
from shared.messaging.tables import set_aside, work_mark
from shared.transient import is_transient

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 600.0  # seconds until a key is tried again without news of it
MANY_TRIES = 5  # of a key, after which its marks wait for somebody to see to it
ALL = ""  # the part that stands for all of a key
_S = set_aside.c


@dataclass(frozen=True, kw_only=True)
class SetAside:
    work: str
    key: str
    part: str  # ALL, or what of the key it is
    reason: str  # a code, or the name of what was raised
    since: datetime  # in real time, as `next_at`
    tries: int  # of a key; none of a part
    next_at: datetime | None  # when a key is tried again, where no news of it comes before


@dataclass
class Attempt:
    """One try of a key, which is worked off within its block: `async with attempt as key`. What it raises is kept and seen.

    What is the database's condition and not the work's fault is raised on.
    """

    database: Database
    work: str
    key: str
    newest: int  # the newest of the key's marks

    async def __aenter__(self) -> str:
        return self.key

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if error is None:
            await self._succeeded()
        elif isinstance(error, Exception) and not is_transient(error):
            await self._failed(error)
            return True
        return False

    async def _succeeded(self) -> None:
        async with self.database.reading() as connection:
            if await reason_of(connection, self.work, self.key) is None:
                return
        async with self.database.transaction(wakes=False) as connection:
            await connection.execute(delete(set_aside).where(*self._is_it()))
        log.info("work that was set aside is done", work=self.work, key=self.key)

    async def _failed(self, error: Exception) -> None:
        reason = type(error).__name__  # alone: what was raised may name people. The log has all of it.
        async with self.database.transaction(wakes=False) as connection:
            now = await database_now(connection)  # replicas compare it
            query = select(_S.reason, _S.since, _S.tries).where(*self._is_it())
            before = (await connection.execute(query)).first()
            tries = before.tries + 1 if before else 1
            row = {
                "work": self.work,
                "key": self.key,
                "part": ALL,
                "reason": reason,
                "since": before.since if before else now,
                "tries": tries,
                "next_at": now + timedelta(seconds=_pause(tries)),
                "newest_mark": self.newest,
            }
            statement = insert(connection, set_aside).values(row)
            keys = ("work", "key", "part")
            await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=row))
        if before is None or before.reason != reason:  # once for each reason, and not with each try
            log.error("work failed and is set aside", work=self.work, key=self.key, exc_info=error)

    def _is_it(self) -> list[ColumnElement[bool]]:
        return [_S.work == self.work, _S.key == self.key, _S.part == ALL]


def _pause(tries: int) -> float:
    """Seconds until a key is tried again: none the first time."""
    return 0.0 if tries == 1 else after(tries - 1, first=FIRST_PAUSE, longest=LONGEST_PAUSE)


async def attempts(database: Database, work: str) -> AsyncIterator[Attempt]:
    """Each key that a mark is on, in order, but for those that are set aside and not to be tried again yet."""
    m = work_mark.c
    is_it = and_(_S.work == m.work, _S.key == m.key, _S.part == ALL)
    query = select(
        m.key, func.max(m.id).label("newest"), func.max(_S.next_at).label("next_at"), func.max(_S.newest_mark)
    )
    query = query.outerjoin(set_aside, is_it).where(m.work == work).group_by(m.key).order_by(m.key)
    async with database.reading() as connection:
        found = (await connection.execute(query)).all()
        now = await database_now(connection)
    for key, newest, next_at, newest_then in found:
        if next_at is None or next_at <= now or newest > newest_then:
            yield Attempt(database, work, key, newest)


async def keep(
    connection: AsyncConnection, work: str, key: str, looked_at: Collection[str], aside: Mapping[str, str]
) -> None:
    """Of the parts that were looked at, those of `aside` are set aside for a reason, and no others are any longer."""
    query = select(_S.part, _S.reason).where(_S.work == work, _S.key == key, _S.part != ALL)
    before = {part: reason for part, reason in await connection.execute(query) if part in looked_at}
    gone = [part for part, reason in before.items() if aside.get(part) != reason]
    if gone:
        await connection.execute(delete(set_aside).where(_S.work == work, _S.key == key, _S.part.in_(gone)))
    new = [part for part, reason in sorted(aside.items()) if before.get(part) != reason]
    if new:
        now = await database_now(connection)
        rows = [
            {"work": work, "key": key, "part": part, "reason": aside[part], "since": now, "tries": 0} for part in new
        ]
        await connection.execute(set_aside.insert(), rows)


async def reason_of(connection: AsyncConnection, work: str, key: str) -> str | None:
    """Why a key is set aside; None where it is not."""
    query = select(_S.reason).where(_S.work == work, _S.key == key, _S.part == ALL)
    return (await connection.execute(query)).scalar()


async def reasons(connection: AsyncConnection, work: str, key: str) -> dict[str, str]:
    """Why parts of a key are set aside, by part."""
    query = select(_S.part, _S.reason).where(_S.work == work, _S.key == key, _S.part != ALL)
    return {row.part: row.reason for row in await connection.execute(query)}


def reason_in(work: str, key: ColumnElement[str]) -> ScalarSelect[str]:
    """The same within a query, for the key that this column names."""
    return select(_S.reason).where(_S.work == work, _S.key == key, _S.part == ALL).scalar_subquery()


def is_part(work: str, key: ColumnElement[str], part: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the part of a key that these columns name is set aside, within a query."""
    return exists().where(_S.work == work, _S.key == key, _S.part == part)


def has_parts(work: str, key: str) -> ColumnElement[bool]:
    """Whether parts of a key are set aside, within a query."""
    return exists().where(_S.work == work, _S.key == key, _S.part != ALL)


def tried_in_vain(work: ColumnElement[str], key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the key that these columns name was tried many times in vain, within a query."""
    return exists().where(_S.work == work, _S.key == key, _S.part == ALL, _S.tries >= MANY_TRIES)


async def listed(connection: AsyncConnection, *, beyond: str | None, limit: int) -> list[SetAside]:
    """What is set aside, by work, key and part; `beyond` is those of the last one, with strokes between."""
    names = tuple(SetAside.__dataclass_fields__)
    query = select(*(_S[name] for name in names)).order_by(_S.work, _S.key, _S.part).limit(limit)
    if beyond is not None:
        work, _, rest = beyond.partition("/")
        key, _, part = rest.partition("/")
        query = query.where(
            (_S.work > work) | ((_S.work == work) & ((_S.key > key) | ((_S.key == key) & (_S.part > part))))
        )
    return read_as(SetAside, await connection.execute(query))


async def parts(connection: AsyncConnection, work: str, *, limit: int) -> list[SetAside]:
    """Parts of the work's keys that are set aside, the oldest first."""
    names = tuple(SetAside.__dataclass_fields__)
    query = select(*(_S[name] for name in names)).where(_S.work == work, _S.part != ALL)
    return read_as(SetAside, await connection.execute(query.order_by(_S.since, _S.key, _S.part).limit(limit)))


async def count_and_oldest(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How much is set aside, and since when the oldest of it is."""
    count, oldest = (await connection.execute(select(func.count(), func.min(_S.since)).select_from(set_aside))).one()
    return count, oldest


async def keys(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Work and reason of each key that is set aside as a whole."""
    query = select(_S.work, _S.reason).where(_S.part == ALL).distinct().order_by(_S.work, _S.reason)
    return [(work, reason) for work, reason in await connection.execute(query)]
