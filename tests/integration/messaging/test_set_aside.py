"""What cannot be worked off is set aside, is seen, and slows nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from shared.clock import real_now
from shared.database import Database
from shared.messaging import marks, set_aside
from shared.messaging.facts import record
from shared.messaging.set_aside import SetAside
from tests.support.databases import MakeDatabase

WORK = "some work"


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await make_database()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time that it is in set_aside.py; move it by changing what is in the list."""
    times = [real_now()]

    async def now(_: AsyncConnection) -> datetime:
        return times[0]

    monkeypatch.setattr(set_aside, "database_now", now)
    return times


async def leave(database: Database, *keys: str) -> None:
    async with database.transaction() as connection:
        await record(connection, [fact for key in keys for fact in marks.leave(WORK, key)])


async def work_off(database: Database, *failing: str, error: Exception | None = None) -> list[str]:
    """Work off each key whose turn it is, but for the `failing`; returns those that were tried."""
    tried = []
    async for attempt in set_aside.attempts(database, WORK):
        async with attempt as key:
            tried.append(key)
            if key in failing:
                raise error or KeyError("Kari Nordmann")
            async with database.transaction() as connection:
                await marks.remove(connection, await marks.take(connection, WORK, key, wait=True))
    return tried


async def listed(database: Database) -> list[SetAside]:
    async with database.reading() as connection:
        return await set_aside.listed(connection, beyond=None, limit=50)


async def test_a_key_that_fails_is_tried_ever_more_seldom_and_holds_up_no_other(
    database: Database, now: list[datetime]
) -> None:
    await leave(database, "a", "b", "c")
    assert await work_off(database, "b") == ["a", "b", "c"]
    pauses = []
    for _ in range(12):
        await leave(database, "a")
        assert await work_off(database, "b") == ["a", "b"]  # when its time has come,
        await leave(database, "a")
        assert await work_off(database, "b") == ["a"]  # and not before
        (it,) = await listed(database)
        assert it.next_at is not None
        pauses.append((it.next_at - now[0]).total_seconds())
        now[0] = it.next_at
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert (it.key, it.part, it.reason, it.tries) == ("b", set_aside.ALL, "KeyError", 13)  # and no name


async def test_news_of_a_key_that_is_set_aside_has_it_tried_at_once(database: Database, now: list[datetime]) -> None:
    await leave(database, "a")
    for _ in range(2):
        assert await work_off(database, "a") == ["a"]
    assert await work_off(database) == []
    await leave(database, "a")
    with capture_logs() as logs:
        assert await work_off(database) == ["a"]
    assert [it["event"] for it in logs] == ["work that was set aside is done"]
    assert await listed(database) == []


async def test_it_is_logged_once_for_each_reason(database: Database, now: list[datetime]) -> None:
    await leave(database, "a")
    with capture_logs() as logs:
        for error in (KeyError(), KeyError(), ValueError()):
            await work_off(database, "a", error=error)
            now[0] += timedelta(hours=1)
    assert [(it["event"], type(it["exc_info"])) for it in logs] == [
        ("work failed and is set aside", KeyError),
        ("work failed and is set aside", ValueError),
    ]


async def test_what_is_the_databases_condition_sets_nothing_aside(database: Database) -> None:
    await leave(database, "a")
    with pytest.raises(TimeoutError):
        await work_off(database, "a", error=TimeoutError())
    assert await listed(database) == []


async def test_after_many_tries_its_marks_disturb_rest_no_longer(database: Database, now: list[datetime]) -> None:
    await leave(database, "a")
    for tries in range(1, set_aside.MANY_TRIES + 1):
        async with database.reading() as connection:
            assert await marks.count_and_oldest(connection) != (0, None)
        await work_off(database, "a")
        async with database.reading() as connection:
            assert (await set_aside.count_and_oldest(connection))[0] == 1
            assert await set_aside.keys(connection) == [(WORK, "KeyError")]
        assert (await listed(database))[0].tries == tries
        now[0] += timedelta(hours=1)
    async with database.reading() as connection:
        assert await marks.count_and_oldest(connection) == (0, None)


async def test_parts_are_set_aside_as_long_as_they_are_found_to_be(database: Database, now: list[datetime]) -> None:
    async def look_at(*parts: str, **aside: str) -> dict[str, tuple[str, datetime]]:
        async with database.transaction() as connection:
            await set_aside.keep(connection, WORK, "a", set(parts), aside)
        return {it.part: (it.reason, it.since) for it in await listed(database)}

    first = now[0]
    assert await look_at("x", "y", "z", x="lacks", y="lacks") == {"x": ("lacks", first), "y": ("lacks", first)}
    now[0] += timedelta(hours=1)
    assert await look_at("x", "z", x="raised") == {"x": ("raised", now[0]), "y": ("lacks", first)}
    assert await look_at("x", "y", y="lacks") == {"y": ("lacks", first)}
    assert await look_at("y") == {}


async def test_a_list_goes_on_where_a_page_ended(database: Database) -> None:
    async with database.transaction() as connection:
        for key in ("a", "b"):
            await set_aside.keep(connection, WORK, key, {"x", "y"}, {"x": "lacks", "y": "lacks"})
    everything = await listed(database)
    async with database.reading() as connection:
        rest = await set_aside.listed(connection, beyond=f"{WORK}/a/x", limit=2)
    assert (len(everything), rest) == (4, everything[1:3])
