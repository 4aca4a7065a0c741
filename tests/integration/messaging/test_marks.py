"""Marks, tried on a made-up work: a sum is kept equal to the numbers that facts bring, by who works marks off.

Whatever is written at the same moment, and whenever the worker looks, no number is left out of its sum for ever.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import real_now
from shared.database import Counted, Database, insert
from shared.messaging import marks
from shared.messaging.facts import Added, Fact, record
from shared.messaging.marks import Mark, Marks
from shared.messaging.tables import work_lock, work_mark
from tests.support.databases import MakeDatabase
from tests.support.waiting import eventually

SUMS, OTHER = "keep sums", "some other work"
metadata = MetaData()
# Facts: a number in a column of a sheet. What is worked out: the sum of each column.
number = Table(
    "number",
    metadata,
    Column("id", Counted, primary_key=True),
    Column("sheet", String(20), nullable=False),
    Column("column", String(20), nullable=False),
    Column("value", Integer, nullable=False),
)
total = Table(
    "total",
    metadata,
    Column("sheet", String(20), primary_key=True),
    Column("column", String(20), primary_key=True),
    Column("sum", Integer, nullable=False),
)

# Two write a fact each: every order of write, commit, write, commit.
OVERLAPS = sorted(set(itertools.permutations([0, 0, 1, 1])))


async def with_tables(database: Database) -> Database:
    async with database.transaction() as connection:
        await connection.run_sync(metadata.create_all)
    return database


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await with_tables(await make_database())


@pytest.fixture
async def overlapping(postgres_database: MakeDatabase) -> Database:
    """For what overlaps. SQLite has one writer, whose transactions can't do so."""
    return await with_tables(await postgres_database())


def brings(value: int, sheet: str = "a", column: str = "x", *, mark_all: bool = False) -> Iterator[Fact]:
    yield Added(number, sheet=sheet, column=column, value=value)
    yield from marks.leave(SUMS, sheet, None if mark_all else column)


async def take_in(database: Database, *facts: Iterable[Fact]) -> None:
    async with database.transaction() as connection:
        await record(connection, [fact for some in facts for fact in some])


async def work(database: Database, *, wait: bool = False, size: int = 2) -> None:
    """As a subject walks: take, then slice by slice read the facts and decide under the lock; the last removes the marks."""
    async with database.reading() as connection:
        sheets = await marks.keys(connection, SUMS)
    for sheet in sheets:
        async with database.transaction() as connection:
            taken = await marks.take(connection, SUMS, sheet, wait=wait)
        if not taken:
            continue
        columns = await every_column(database, sheet) if taken.on_all else taken.parts()
        for start in range(0, max(len(columns), 1), size):
            async with database.transaction() as connection:
                await marks.lock(connection, SUMS, sheet, wait=True)
                await add_up(connection, sheet, columns[start : start + size])
                if start + size >= len(columns):
                    await marks.remove(connection, taken)


async def every_column(database: Database, sheet: str) -> Sequence[str]:
    async with database.reading() as connection:
        query = select(number.c.column).where(number.c.sheet == sheet).distinct().order_by(number.c.column)
        return (await connection.execute(query)).scalars().all()


async def add_up(connection: AsyncConnection, sheet: str, columns: Sequence[str]) -> None:
    for column in columns:
        of_it = (number.c.sheet == sheet, number.c.column == column)
        found = (
            await connection.execute(select(func.coalesce(func.sum(number.c.value), 0)).where(*of_it))
        ).scalar_one()
        row = {"sheet": sheet, "column": column, "sum": int(found)}
        statement = insert(connection, total).values(row)
        keep = statement.on_conflict_do_update(index_elements=["sheet", "column"], set_={"sum": int(found)})
        await connection.execute(keep)


async def totals(database: Database) -> dict[tuple[str, str], int]:
    async with database.reading() as connection:
        return {(row.sheet, row.column): row.sum for row in await connection.execute(select(total))}


async def left(database: Database) -> int:
    async with database.reading() as connection:
        return (await marks.count_and_oldest(connection))[0]


async def standing(database: Database, sheet: str = "a") -> Marks:
    async with database.transaction() as connection:
        return await marks.take(connection, SUMS, sheet, wait=True)


async def test_what_is_marked_is_worked_off_once_and_its_marks_are_gone(database: Database) -> None:
    await take_in(database, brings(1), brings(2), brings(4, column="y"), brings(8, sheet="b"))
    assert await left(database) == 4
    await work(database)
    assert await totals(database) == {("a", "x"): 3, ("a", "y"): 4, ("b", "x"): 8}
    assert await left(database) == 0


async def test_a_mark_on_the_whole_key_is_on_each_of_its_parts(database: Database) -> None:
    await take_in(database, brings(1), brings(2, column="y"), brings(4, column="z", mark_all=True))
    await work(database)
    assert await totals(database) == {("a", "x"): 1, ("a", "y"): 2, ("a", "z"): 4}


async def test_marks_are_appended_and_never_merged(database: Database) -> None:
    await take_in(database, brings(1), brings(1))
    await take_in(database, brings(1))
    taken = await standing(database)
    assert [mark.part for mark in taken.marks] == ["x", "x", "x"]
    assert list(taken.parts()) == ["x"]


async def test_the_id_of_a_mark_that_was_removed_is_never_anothers(database: Database) -> None:
    """Who has taken it, and removes it late, must not remove the other."""
    await take_in(database, brings(1))
    taken = await standing(database)
    await work(database)
    await take_in(database, brings(2))
    async with database.transaction() as connection:
        await marks.remove(connection, taken)
    await work(database)
    assert await totals(database) == {("a", "x"): 3}


async def test_works_do_not_see_each_others_marks(database: Database) -> None:
    await take_in(database, brings(1), marks.leave(OTHER, "a", "x"))
    await work(database)
    async with database.reading() as connection:
        assert await marks.keys(connection, SUMS) == []
        assert await marks.keys(connection, OTHER) == ["a"]
        assert await marks.every_key(connection, SUMS) == ["a"]
        assert await marks.was_left_on(connection, SUMS, "a")
        assert not await marks.was_left_on(connection, OTHER, "b")
        assert (await marks.count_and_oldest(connection, SUMS))[0] == 0
        assert (await marks.count_and_oldest(connection, OTHER))[0] == 1


async def test_the_oldest_mark_is_counted_from_when_it_was_left(database: Database) -> None:
    before = real_now()
    await take_in(database, brings(1))
    between = real_now()
    await take_in(database, brings(2))
    async with database.reading() as connection:
        count, oldest = await marks.count_and_oldest(connection)
    assert count == 2
    assert oldest is not None
    assert before <= oldest <= between
    await work(database)
    async with database.reading() as connection:
        assert await marks.count_and_oldest(connection) == (0, None)


async def test_parts_are_walked_in_order_and_by_slices() -> None:
    taken = Marks([Mark(1, "c"), Mark(2, "a"), Mark(3, None), Mark(4, "b"), Mark(5, "a")])
    assert taken.on_all
    assert list(taken.parts()) == ["a", "b", "c"]
    assert list(taken.parts(limit=2)) == ["a", "b"]
    assert list(taken.parts(after="b", limit=2)) == ["c"]
    assert list(taken.parts(after="c", limit=2)) == []
    assert [[mark.id for mark in some.marks] for some in taken.slices(2)] == [[1, 2], [3, 4], [5]]
    assert not Marks([])


async def test_more_marks_than_a_statement_takes_ids_are_taken_and_removed(database: Database) -> None:
    await take_in(database, *(brings(1, column=f"{n % 7}") for n in range(2 * marks.CHUNK + 5)))
    taken = await standing(database)
    async with database.transaction() as connection:
        assert await marks.are_there(connection, taken)
        await marks.remove(connection, Marks(taken.marks[:1]))
        assert not await marks.are_there(connection, taken)
        await marks.remove(connection, taken)
    assert await left(database) == 0


async def test_who_does_not_wait_takes_nothing_where_someone_else_is_at_work(overlapping: Database) -> None:
    await take_in(overlapping, brings(1), brings(2, sheet="b"))
    async with overlapping.transaction() as connection:
        assert await marks.take(connection, SUMS, "a", wait=False)
        async with overlapping.transaction() as another:
            assert not await marks.take(another, SUMS, "a", wait=False)
            assert await marks.take(another, SUMS, "b", wait=False)


async def test_facts_never_wait_for_who_is_at_work(overlapping: Database) -> None:
    await take_in(overlapping, brings(1))
    async with overlapping.transaction() as connection:
        assert await marks.take(connection, SUMS, "a", wait=True)
        await take_in(overlapping, brings(2))  # would hang here
        assert len((await standing_within(connection)).marks) == 2
    await work(overlapping)
    assert await totals(overlapping) == {("a", "x"): 3}


async def standing_within(connection: AsyncConnection) -> Marks:
    return await marks.take(connection, SUMS, "a", wait=True)


async def test_who_waited_for_the_lock_sees_what_was_committed_meanwhile(overlapping: Database) -> None:
    await take_in(overlapping, brings(1))
    async with AsyncExitStack() as stack:
        holder = await stack.enter_async_context(overlapping.transaction())
        assert await marks.lock(holder, SUMS, "a", wait=True)
        waiting = asyncio.create_task(standing(overlapping))
        await eventually(lambda: _someone_waits(overlapping))
        await take_in(overlapping, brings(2))
    assert [mark.part for mark in (await waiting).marks] == ["x", "x"]


async def _someone_waits(database: Database) -> bool:
    async with database.reading() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(found.scalar_one())


@pytest.mark.parametrize("order", OVERLAPS, ids=str)
@pytest.mark.parametrize("parts", [("x", "x"), ("x", "y"), ("x", None), (None, None)], ids=str)
async def test_facts_that_do_not_see_each_other_are_not_overlooked(
    overlapping: Database, order: tuple[int, ...], parts: tuple[str | None, str | None]
) -> None:
    """With the worker after any of the steps. The sums' rows exist, and so do the locks: an insert would wait."""
    for works in range(16):
        sheet = f"race-{works}"
        await take_in(overlapping, brings(1, sheet), brings(1, sheet, "y"))
        await work(overlapping)
        open_: dict[int, AsyncExitStack] = {}
        for step, which in enumerate(order):
            if which not in open_:
                open_[which] = AsyncExitStack()
                connection = await open_[which].enter_async_context(overlapping.transaction())
                part = parts[which]
                await record(connection, brings(10 ** (1 + which), sheet, part or "x", mark_all=part is None))
            else:
                await open_[which].aclose()
            if works >> step & 1:
                await work(overlapping)
        await work(overlapping)
        of_sheet = {column: found for (of, column), found in (await totals(overlapping)).items() if of == sheet}
        assert sum(of_sheet.values()) == 112
    assert await left(overlapping) == 0


@pytest.mark.parametrize("both", list(itertools.product([(0, 1), (1, 0)], range(4))), ids=str)
async def test_facts_in_either_order_with_the_worker_after_any_are_not_overlooked(
    database: Database, both: tuple[tuple[int, int], int]
) -> None:
    order, works = both
    for step, which in enumerate(order):
        await take_in(database, brings(10**which))
        if works >> step & 1:
            await work(database)
    await work(database)
    assert await totals(database) == {("a", "x"): 11}
    assert await left(database) == 0


async def test_a_fact_that_is_committed_after_the_facts_were_read_keeps_its_mark(overlapping: Database) -> None:
    await take_in(overlapping, brings(1))
    taken = await standing(overlapping)
    async with overlapping.transaction() as connection:
        await marks.lock(connection, SUMS, "a", wait=True)
        await add_up(connection, "a", taken.parts())
        await take_in(overlapping, brings(10))
        await marks.remove(connection, taken)
    assert await totals(overlapping) == {("a", "x"): 1}
    await work(overlapping)
    assert await totals(overlapping) == {("a", "x"): 11}


async def test_a_mark_whose_transaction_began_first_and_is_committed_last_is_kept(overlapping: Database) -> None:
    """Its id is lower than one that was taken: what is removed is exactly what was taken, and not all up to the highest."""
    await take_in(overlapping, brings(1))
    await work(overlapping)
    async with AsyncExitStack() as late:
        connection = await late.enter_async_context(overlapping.transaction())
        await record(connection, brings(10))
        await take_in(overlapping, brings(100))
        taken = await standing(overlapping)
        async with overlapping.transaction() as at_work:
            await marks.lock(at_work, SUMS, "a", wait=True)
            await add_up(at_work, "a", taken.parts())
            await late.aclose()
            await marks.remove(at_work, taken)
    assert await totals(overlapping) == {("a", "x"): 101}
    assert await left(overlapping) == 1
    await work(overlapping)
    assert await totals(overlapping) == {("a", "x"): 111}


async def test_answers_that_were_asked_for_outside_of_the_lock_are_not_used_once_another_has_worked_the_marks_off(
    overlapping: Database,
) -> None:
    """The answer here is the sum as it was read without the lock: the other's is newer."""
    await take_in(overlapping, brings(1))
    taken = await standing(overlapping)
    answer = 1
    await take_in(overlapping, brings(10))
    await work(overlapping)
    async with overlapping.transaction() as connection:
        await marks.lock(connection, SUMS, "a", wait=True)
        if await marks.are_there(connection, taken):
            await connection.execute(total.update().values(sum=answer))
            await marks.remove(connection, taken)
    assert await totals(overlapping) == {("a", "x"): 11}


@pytest.mark.parametrize("seed", range(10))
async def test_facts_and_workers_all_at_once(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    values = [(1, chance.choice("ab"), chance.choice("xyz"), chance.random() < 0.2) for _ in range(60)]

    async def consume(some: Sequence[tuple[int, str, str, bool]]) -> None:
        await asyncio.sleep(chance.random() * 0.02)
        await take_in(
            database, *(brings(value, sheet, column, mark_all=mark_all) for value, sheet, column, mark_all in some)
        )
        await work(database, wait=chance.random() < 0.5)

    await asyncio.gather(*(consume(values[start : start + 4]) for start in range(0, len(values), 4)))
    await work(database, wait=True)
    assert sum((await totals(database)).values()) == len(values)
    assert await left(database) == 0


async def test_a_mark_left_long_ago_is_still_the_oldest_on_both_databases(database: Database) -> None:
    await take_in(database, brings(1), brings(2))
    long_ago = real_now() - timedelta(days=3)
    async with database.transaction() as connection:
        first = select(func.min(work_mark.c.id)).scalar_subquery()
        await connection.execute(work_mark.update().where(work_mark.c.id == first).values(left_at=long_ago))
    async with database.reading() as connection:
        assert (await marks.count_and_oldest(connection))[1] == long_ago


async def test_a_key_that_was_never_marked_cannot_be_locked(database: Database) -> None:
    async with database.transaction() as connection:
        assert not await marks.lock(connection, SUMS, "a", wait=True)
        assert not await marks.take(connection, SUMS, "a", wait=True)
        assert (await connection.execute(select(work_lock))).all() == []
