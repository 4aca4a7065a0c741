"""The servers that tests start can be killed, come back with what they had, and never outlive the tests."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared import clock
from shared.database import Database
from tests.support.databases import MakeDatabase, set_clock
from tests.support.nats import NatsServer
from tests.support.postgres import Postgres
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]

STARTS_BOTH = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.support.nats import NatsServer
from tests.support.postgres import Postgres

postgres, nats = Postgres(), NatsServer(Path(sys.argv[1]))
postgres.start()
asyncio.run(nats.start())
print(postgres.pid, nats.pid, postgres.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def now(database: Database) -> datetime:
    async with database.reading() as connection:
        return await clock.now(connection)


async def test_a_broker_that_is_killed_comes_back_with_its_streams(nats: NatsServer) -> None:
    client = await nats.client()
    await client.jetstream().add_stream(name="TOLD", subjects=["told"])
    await client.close()
    nats.kill()
    await nats.start()
    client = await nats.client()
    assert (await client.jsm().stream_info("TOLD")).config.subjects == ["told"]
    await client.close()


async def test_a_user_of_the_broker_may_do_only_what_is_its_own(nats: NatsServer) -> None:
    refused: list[Exception] = []

    async def note(error: Exception) -> None:
        refused.append(error)

    client = await nats.client("billing", error_cb=note)
    await client.publish("kulturskole.registration.programme.opened._._", b"")
    await eventually(lambda: refused)
    assert "permissions violation" in str(refused[0]).lower()
    await client.close()


async def test_a_database_server_that_was_away_has_what_it_had(
    postgres: Postgres, postgres_database: MakeDatabase
) -> None:
    database = await postgres_database()
    with postgres.down():
        assert not await database.answers()
    assert await database.answers()
    assert await now(database) == clock.START


async def test_each_database_is_fresh_and_its_clock_can_be_set(make_database: MakeDatabase) -> None:
    first, second = await make_database(), await make_database()
    await set_clock(first, clock.START + timedelta(days=1))
    assert await now(first) == clock.START + timedelta(days=1)
    assert await now(second) == clock.START


async def test_a_database_can_have_the_real_clock(make_database: MakeDatabase) -> None:
    database = await make_database(simulated=False)
    async with database.reading() as connection:
        assert not await clock.is_simulated(connection)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
@pytest.mark.usefixtures("postgres")  # skips where there is none
async def test_servers_end_with_the_tests_that_are_killed(tmp_path: Path) -> None:
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTS_BOTH, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    postgres, nats, folder = output.decode().split()
    await eventually(lambda: not Path("/proc", postgres).exists() and not Path("/proc", nats).exists())
    shutil.rmtree(folder)  # nobody was left to do it
