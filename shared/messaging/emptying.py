"""What was emptied is to be gone from the database's file too: SQLite leaves it in freed space until the file is written anew.

Who empties something for good leaves a mark in the same transaction, and may say in it what of it stands outside of the database,
and is removed there first. PostgreSQL sees to its own space; until it has, and in its
WAL, what was emptied can be found by who reads the files themselves: an erasure's receipt says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from shared.database import Database
from shared.messaging import marks
from shared.messaging.due_work import Work
from shared.messaging.facts import Fact

WIPE, FILE = "wipe what was emptied", "file"  # the work, and its only key


def wipe(outside: Iterable[str] = ()) -> Iterator[Fact]:
    """Facts that have the database's file written anew, without what was emptied, and these removed outside of it."""
    yield from marks.leave(WIPE, FILE)
    for it in outside:
        yield from marks.leave(WIPE, FILE, it)


def work_of(database: Database, remove_outside: Callable[[Sequence[str]], Awaitable[None]] | None = None) -> Work:
    """`remove_outside` may be given the same again."""

    async def run() -> None:
        async with database.reading() as connection:
            if not await marks.keys(connection, WIPE):
                return
        async with database.transaction(wakes=False) as connection:
            taken = await marks.take(connection, WIPE, FILE, wait=True)
        if remove_outside and (outside := taken.parts()):
            await remove_outside(outside)
        if await database.write_file_anew():
            async with database.transaction(wakes=False) as connection:
                await marks.remove(connection, taken)

    return Work(WIPE, run)
