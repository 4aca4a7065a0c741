"""Databases and brokers that are away, frozen, locked or full: nothing is lost, and a service still stops in time."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeOut
from structlog.testing import capture_logs

from shared import clock
from shared.clock import WrongClock
from shared.contracts.envelope import nats_subject
from shared.database import Database
from shared.messaging import outages
from shared.messaging import tables as kernel
from shared.web import serving
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.databases import MakeDatabase, count, new_database
from tests.support.processes import HOST
from tests.support.waiting import PATIENCE, eventually, patiently


async def test_a_fault_that_nobody_knew_of_does_not_burn_through_the_stream(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing = await arena.start("billing")
    given_up: list[int] = []

    async def raises(messages: list[object]) -> None:
        given_up.append(len(messages))
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(billing.batches, "take", raises)
        await toy.tell(arena.publisher, [toy.a_party(n) for n in range(2_000)])
        await arena.start("registration")
        await eventually(lambda: given_up)
        await asyncio.sleep(1.5)
    assert len(given_up) <= 3
    await eventually(lambda: count(arena.database, toy.party), equals=2_000)
    assert await count(arena.database, toy.mark) == 2_000


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), PoolTimeOut("QueuePool limit")])
async def test_an_outage_of_another_kind_counts_as_no_attempt(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    billing = await arena.start("billing")
    transaction = billing.database.transaction
    left = 12  # more often than a message may fail, and in all longer than the wait for an acknowledgement
    monkeypatch.setattr(outages, "LONGEST_PAUSE", 0.25)

    def fails(**options: bool) -> object:
        nonlocal left
        if left:
            left -= 1
            raise error
        return transaction(**options)

    with monkeypatch.context() as patch:
        patch.setattr(billing.database, "transaction", fails)
        await toy.tell(arena.publisher, [toy.a_party(n) for n in range(20)])
        await arena.start("registration")
        await eventually(lambda: count(arena.database, toy.party), equals=20)
    # Some are delivered again meanwhile: each of these is begun, and then found to be done.
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)
    assert await count(arena.database, kernel.parked_message) == 0


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)  # SQLite prepares such statements anew by itself
async def test_a_changed_schema_is_no_fault_of_a_message(arena: Arena) -> None:
    await arena.start("billing")
    await arena.start("registration")
    await toy.tell(arena.publisher, [toy.a_party(1)])
    await eventually(lambda: count(arena.database, toy.party), equals=1)
    async with arena.database.transaction() as connection:
        await connection.execute(text("ALTER TABLE inbox ALTER COLUMN handler TYPE text"))
    with capture_logs() as logs:
        await toy.tell(arena.publisher, [toy.a_party(2)])
        await eventually(lambda: count(arena.database, toy.party), equals=2)
    (waited,) = (it for it in logs if it["log_level"] == "warning")
    assert waited["event"] == "the database does not answer; waiting with messages in hand"
    assert waited["error"].startswith("InvalidCachedStatementError: ")


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)  # SQLite has no server to freeze
async def test_a_frozen_database_makes_a_service_unready_and_does_not_keep_it_from_stopping(arena: Arena) -> None:
    assert arena.postgres is not None
    process = await arena.spawn("billing")
    url = await arena.is_ready()
    with arena.postgres.frozen():
        began = time.monotonic()
        assert await arena.status(f"{url}/health/ready") == 503
        assert await arena.status(f"{url}/health/live") == 200
        assert time.monotonic() - began < 10
        process.send_signal(signal.SIGTERM)
        async with patiently():
            await process.wait()


async def test_a_locked_database_does_not_keep_a_service_from_stopping(arena: Arena) -> None:
    process = await arena.spawn("billing")
    await arena.is_ready()
    await arena.start("registration")
    async with arena.blocked_writes():
        await toy.tell(arena.publisher, [toy.a_party(n) for n in range(20)])
        await eventually(lambda: arena.delivered("billing"))
        process.send_signal(signal.SIGTERM)
        async with patiently():
            await process.wait()
    await arena.start("billing")
    await eventually(lambda: count(arena.database, toy.party), equals=20)
    assert await count(arena.database, toy.mark) == 20


async def test_a_service_that_stops_while_the_broker_is_away_does_not_connect_again(arena: Arena) -> None:
    billing = await arena.start("billing")
    arena.server.kill()
    arena.started.remove(billing)
    await billing.stop()
    assert billing.client is not None
    assert billing.client.is_closed
    await arena.server.start()
    arena.operator = await arena.server.client()


async def test_a_service_that_is_told_to_stop_while_it_waits_for_the_broker_stops(arena: Arena) -> None:
    arena.server.kill()
    process = await arena.spawn("billing")
    url = f"http://{HOST}:{arena.port}/health/live"
    await eventually(lambda: answers(url))
    process.send_signal(signal.SIGTERM)
    async with patiently():
        assert await process.wait() == 0
    await arena.server.start()
    arena.operator = await arena.server.client()


async def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient() as http:
            return (await http.get(url)).is_success
    return False


@pytest.mark.parametrize("arena", ["postgresql"], indirect=True)
async def test_a_database_that_is_away_or_empty_is_a_clear_message_at_the_start(arena: Arena) -> None:
    assert arena.postgres is not None
    async with arena.database_down():
        with pytest.raises(serving.CannotStart, match="the database cannot be reached"):
            await arena.start("billing")
    arena.urls["billing"] = await new_database(arena.postgres)
    with pytest.raises(serving.CannotStart, match="run migrate first"):
        await arena.start("billing")


async def test_replicas_that_start_together_on_a_new_database_agree_on_its_clock(
    postgres_database: MakeDatabase,
) -> None:
    database = await postgres_database()

    async def start(*, simulated: bool) -> None:
        async with database.transaction() as connection:
            await clock.prepare(connection, simulated=simulated)

    for _ in range(10):
        async with database.transaction() as connection:
            await connection.execute(clock.clock.delete())
        await asyncio.gather(*(start(simulated=True) for _ in range(4)))
        with pytest.raises(WrongClock):
            await start(simulated=False)


async def test_who_reads_has_one_look(make_database: MakeDatabase) -> None:
    database = await make_database()
    other = Database(database.url.render_as_string(hide_password=False))
    async with database.reading() as connection:
        before = await clock.now(connection)
        async with other.transaction() as changing:
            await clock.move(changing, clock.real_now())
        assert await clock.now(connection) == before
    async with database.reading() as connection:
        assert await clock.now(connection) > before
    await other.close()


async def test_an_answer_is_written_into_an_inbox_and_nowhere_else(arena: Arena) -> None:
    """Or personal data could be put into a stream, where nobody can erase it."""
    event_subject = nats_subject(
        (await toy.tell(arena.publisher, [toy.a_party(1)]))[0],
    )
    await arena.start("registration", answers=True)
    await eventually(lambda: arena.messages("REGISTRATION"), equals=1)
    asker = await arena.server.client("notifications")
    await asker.publish(toy.WhatIsYourName.subject, b"{}", reply=event_subject)
    answer = await asker.request(toy.WhatIsYourName.subject, b"{}", timeout=PATIENCE)
    assert b"registration" in answer.data
    await asyncio.sleep(0.5)
    assert await arena.messages("REGISTRATION") == 1
    await asker.close()
