"""Whoever is cancelled while it uses a database leaves no connection open, wherever that reaches it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import aiosqlite
import asyncpg
import pytest
from sqlalchemy import text

from shared.database import Database
from tests.support.databases import MakeDatabase
from tests.support.waiting import eventually


class CancelledAt:
    """Awaits a coroutine, and has the task that does so cancelled where it waits for the nth time."""

    def __init__(self, nth: int, coroutine: Coroutine[Any, Any, None]) -> None:
        self._nth = nth
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._coroutine.__await__()
        go_on: Callable[[Any], Any] = steps.send
        given: Any = None
        waits = 0
        while True:
            try:
                waited_for = go_on(given)
            except StopIteration:
                return
            waits += 1
            if waits == self._nth:
                task = asyncio.current_task()
                assert task is not None  # for the type checker
                task.cancel()
            try:
                given = yield waited_for
            except BaseException as error:  # noqa: BLE001 - handed on, and raised there
                go_on, given = steps.throw, error
            else:
                go_on = steps.send


async def write(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("SELECT 1"))


async def read(database: Database) -> None:
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))


async def is_cancelled_at(nth: int, use: Callable[[Database], Coroutine[Any, Any, None]], database: Database) -> bool:
    async def run() -> None:
        await CancelledAt(nth, use(database))

    task = asyncio.create_task(run())
    await asyncio.wait([task])
    return task.cancelled()


def open_connections() -> int:
    """Of this process, to whatever database, in use or forgotten."""
    found = 0
    for it in gc.get_objects():
        if isinstance(it, aiosqlite.Connection):
            found += it._connection is not None  # noqa: SLF001 - nothing else tells
        elif isinstance(it, asyncpg.Connection):
            found += not it.is_closed()
    return found


@pytest.mark.parametrize("use", [write, read])
@pytest.mark.parametrize("is_first", [True, False], ids=["while it connects", "once it is connected"])
async def test_who_is_cancelled_anywhere_leaves_no_connection_open(
    make_database: MakeDatabase, use: Callable[[Database], Coroutine[Any, Any, None]], *, is_first: bool
) -> None:
    made = await make_database()
    url = made.url.render_as_string(hide_password=False)
    await made.close()
    before = open_connections()
    nth, was_cancelled = 0, True
    while was_cancelled:
        nth += 1
        database = Database(url)
        if not is_first:
            await use(database)
        was_cancelled = await is_cancelled_at(nth, use, database)
        await database.close()
        await eventually(open_connections, equals=before)
    assert nth > 3  # so often it waits at least


async def test_who_is_cancelled_while_the_writer_is_let_go_leaves_it_to_the_next(make_database: MakeDatabase) -> None:
    database = await make_database()
    for turns in range(30):
        writing = [asyncio.create_task(write(database)) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        writing[1].cancel()
        await asyncio.wait(writing)
        assert not writing[0].cancelled()
        await write(database)
