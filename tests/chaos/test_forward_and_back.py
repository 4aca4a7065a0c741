"""The version before and this one beside each other, on PostgreSQL, while a programme goes through."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from deploy.nats_config import OPERATOR
from shared.contracts.catalogue import PUBLISHERS
from shared.migrations.migrate import migrate as migrate_one
from shared.migrations.steps import Kind
from tests.chaos import faults
from tests.chaos.programme import Run
from tests.support.databases import new_database
from tests.support.fleet import Fleet
from tests.support.nats import PASSWORDS, NatsServer
from tests.support.postgres import Postgres
from tests.support.recovering import by_command
from tests.support.releases import THIS, Program, released
from tests.support.smtp import MailServer
from tests.support.waiting import PATIENCE

BEFORE = "0.2.0"
PARTIES = 5  # the first three sign late, are terminated, and leave
CONSUMERS_FIRST = ("notifications", "scheduling", "billing", "registration")
# Billing listens to notifications for the first time, registration to scheduling: neither starts without its durable. Scheduling is
# new before, since it would acknowledge in vain what only the new one takes in.
NEEDS_NEW_DURABLES = "billing"


# All four in one process: each that is started takes two seconds.
MIGRATE = """
import asyncio, sys
from shared import migrations
from shared.database import Database

async def migrate():
    for service, url in zip(sys.argv[1::2], sys.argv[2::2]):
        database = Database(url)
        await migrations.upgrade(database, service)
        await database.close()

asyncio.run(migrate())
"""


async def run(program: Program, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(program.python, *arguments), cwd=program.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def prepare(fleet: Fleet, program: Program, folder: Path) -> None:
    """Databases and streams as that version makes them."""
    await run(program, "-c", MIGRATE, *(word for it in fleet.urls.items() for word in it))
    password = folder / "nats-operator"
    password.write_text(PASSWORDS[OPERATOR])
    nats = ("--nats-url", fleet.broker.url, "--password-file", str(password))
    await run(program, "-m", "deploy.cli", "provision", *nats)


async def migrate(fleet: Fleet, kind: Kind) -> None:
    """As its command does, beside what runs: where the two lock each other out, it is rolled back and tried again."""
    for service, url in fleet.urls.items():
        assert await migrate_one(url, service, kind, wait=PATIENCE) == 0


async def rebuild(fleet: Fleet, service: str, folder: Path) -> None:
    """Fill in what 0.2.0 did not keep of what others told, as the changelog says; the service is stopped meanwhile."""
    (replica,) = fleet.replicas[service]
    await replica.stop()
    url = fleet.urls[service]
    code, said = await by_command(
        ("rebuild", service), database_url=url, nats_url=fleet.broker.url, folder=folder, environment={}
    )
    assert code == 0, said
    replica.start()
    await replica.until_ready()


async def test_a_programme_goes_through_while_services_go_forward_and_back_one_after_the_other(
    postgres: Postgres, tmp_path: Path, nats: NatsServer, smtp: MailServer
) -> None:
    before = await asyncio.to_thread(released, BEFORE)
    fleet = Fleet(tmp_path, {it: await new_database(postgres) for it in PUBLISHERS}, nats, smtp, program=before)

    async def forward() -> None:
        await migrate(fleet, "pre")
        for service in CONSUMERS_FIRST:
            if service == NEEDS_NEW_DURABLES:
                await fleet.provision()
            assert await fleet.replace(service, THIS) == 0

    async def back() -> None:
        for service in reversed(CONSUMERS_FIRST):
            assert await fleet.replace(service, before) == 0

    # Each goes on while the parts that follow are played, up to the next of them.
    under_way: list[asyncio.Task[None]] = []
    moves = {"open": forward, "send_agreements": back, "first_session": forward}

    async def move(part: str) -> None:
        if part in moves:
            await asyncio.gather(*under_way)
            under_way.append(asyncio.create_task(moves[part]()))

    try:
        await prepare(fleet, before, tmp_path)
        await fleet.serve()
        await Run(fleet.client, PARTIES, within=300, after=move, whole_year=False).play()
        await asyncio.gather(*under_way)
        await migrate(fleet, "post")
        for service in ("billing", "scheduling", "notifications"):
            await rebuild(fleet, service, tmp_path)
        assert {it.program for it in fleet.all} == {THIS}
        found = await faults.outcome(fleet, PARTIES)
        assert found["mails_that_came_twice"] == 0
    finally:
        for task in under_way:
            task.cancel()
        await fleet.stop()
