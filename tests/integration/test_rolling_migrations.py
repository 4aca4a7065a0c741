"""Migrating while the version before runs: in its turn, for as long as it takes, and so that it can go on or come back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from shared import database as databases
from shared import migrations
from shared.database import Database
from shared.migrations.migrate import migrate
from shared.migrations.steps import WrongSchema
from shared.web.serving import CannotStart
from tests.integration.test_migrations import EVERYTHING, revisions, upgrade
from tests.support.databases import MakeDatabase, new_database
from tests.support.drill import DrillOf
from tests.support.postgres import Postgres
from tests.support.structure import structure_of
from tests.support.waiting import eventually

OURS = migrations.SERVICES
NEWEST_OF_0_2 = {"kernel": 2, "registration": 1, "scheduling": 1, "billing": 2, "notifications": 2}
MIGRATION = """
from alembic import op
import sqlalchemy as sa
revision = "scheduling_{number:04}"
down_revision = "scheduling_{before:04}"

def upgrade():
    op.{what}
"""
ADD, DROP = 'add_column("session", sa.Column("room", sa.Text))', 'drop_column("session", "room")'


class Checkout:
    """The migrations as they are, copied to where a test may write more of scheduling's."""

    def __init__(self, folder: Path) -> None:
        for of in (None, "scheduling"):
            source = migrations.versions_of(of)
            shutil.copytree(source, folder / source.relative_to(migrations.HERE.parents[1]))
        self.kernel = folder / "shared" / "migrations" / "versions"
        self.services = folder / "services"
        self.number = len(list((self.services / "scheduling" / "migrations" / "versions").glob("0*.py")))

    def write(self, kind: str, what: str) -> str:
        """The next migration; its revision."""
        before, self.number = self.number, self.number + 1
        path = self.services / "scheduling" / "migrations" / "versions" / f"{self.number:04}_{kind}_room.py"
        path.write_text(MIGRATION.format(number=self.number, before=before, what=what))
        return f"scheduling_{self.number:04}"


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Whoever migrates runs what is written there; what was before does not know it."""
    found = Checkout(tmp_path / "newer")
    monkeypatch.setattr(migrations, "KERNEL", found.kernel)
    monkeypatch.setattr(migrations, "SERVICES", found.services)
    return found


async def test_what_comes_before_and_after_a_roll_out_is_run_apart(
    make_database: MakeDatabase, newer: Checkout
) -> None:
    database = await make_database("scheduling")
    added, dropped = newer.write("pre", ADD), newer.write("post", DROP)
    assert await migrations.upgrade(database, "scheduling", kind="pre") == [added]
    assert await migrations.upgrade(database, "scheduling", kind="pre") == []
    assert await migrations.upgrade(database, "scheduling", kind="post") == [dropped]
    assert await migrations.upgrade(database, "scheduling") == []


async def test_a_version_goes_on_beside_what_a_newer_one_adds_and_not_after_it_took_something_away(
    make_database: MakeDatabase, newer: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await make_database("scheduling")
    added, dropped = newer.write("pre", ADD), newer.write("post", DROP)
    await migrations.upgrade(database, "scheduling", kind="pre")
    with monkeypatch.context() as before:
        before.setattr(migrations, "SERVICES", OURS)
        found = await migrations.look(database, "scheduling")
        assert found.unknown == {added: "pre"}
        found.check_serves()
        for kind in ("pre", "post", None):  # as its roll-out does, and its embedded start
            assert await migrations.upgrade(database, "scheduling", kind=kind) == []
    assert await revisions(database) >= {added}
    await migrations.upgrade(database, "scheduling", kind="post")
    monkeypatch.setattr(migrations, "SERVICES", OURS)
    with pytest.raises(WrongSchema, match=dropped):
        (await migrations.look(database, "scheduling")).check_serves()
    with pytest.raises(WrongSchema, match=dropped):
        await migrations.upgrade(database, "scheduling")


async def told_newer(database: Database, revision: str, kind: str | None) -> None:
    """A newer version has migrated it, so far as one can see."""
    async with database.transaction() as connection:
        moved = text("UPDATE alembic_version SET version_num = :revision WHERE version_num LIKE :branch")
        await connection.execute(moved, {"revision": revision, "branch": revision.partition("_")[0] + "%"})
        if kind is not None:
            row = {"revision": revision, "kind": kind}
            await connection.execute(text("INSERT INTO migration VALUES (:revision, :kind)"), row)


async def test_a_service_starts_on_a_database_that_was_only_added_to_and_says_so(
    make_database: MakeDatabase, drill_of: DrillOf
) -> None:
    drill = await drill_of("scheduling")
    database = await make_database("scheduling")
    await told_newer(database, "scheduling_0999", "pre")
    with capture_logs() as said:
        async with drill.running(database) as api:
            state = await api.get("/scheduling/operations/state")
    assert [it["migrations"] for it in said if "a newer version has added" in it["event"]] == [["scheduling_0999"]]
    assert state["unknown_migrations"] == ["scheduling_0999"]
    assert state["faults"] == []


@pytest.mark.parametrize("kind", ["post", None])
async def test_a_service_does_not_start_on_one_that_may_lack_what_it_needs(
    make_database: MakeDatabase, drill_of: DrillOf, kind: str | None
) -> None:
    drill = await drill_of("scheduling")
    database = await make_database("scheduling")
    await told_newer(database, "kernel_0999", kind)
    with pytest.raises(CannotStart, match="a newer version has run kernel_0999"):
        async with drill.running(database):
            pass


async def test_a_service_does_not_start_on_an_older_one(make_database: MakeDatabase, drill_of: DrillOf) -> None:
    drill = await drill_of("scheduling")
    database = await make_database()
    await upgrade(database, "scheduling", "scheduling_0001")
    with pytest.raises(CannotStart, match="the database lacks scheduling_0002"):
        async with drill.running(database):
            pass


@asynccontextmanager
async def holding(database: Database, statement: str) -> AsyncIterator[None]:
    """Somebody else holds what this takes, as long as the block lasts."""
    async with database.writer.begin() as connection:
        await connection.execute(text(statement))
        yield


async def test_a_replica_waits_for_its_turn_for_as_long_as_another_migrates(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short the limits are that hold for those that serve."""
    url = await new_database(postgres)
    monkeypatch.setattr(databases, "COMMAND_TIME_OUT", 0.1)
    monkeypatch.setitem(databases.SERVER_SETTINGS, "lock_timeout", "100")
    monkeypatch.setattr(migrations, "LOCK_LIMIT", 100)
    other, replica = Database(url), Database(url)
    waited = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND now() - query_start > '1 s'")

    async def waits() -> int:
        async with other.reading() as connection:
            return int((await connection.execute(waited)).scalar_one())

    async with holding(other, f"SELECT pg_advisory_xact_lock({migrations.LOCK})"):
        migrating = asyncio.create_task(migrations.upgrade(replica))
        await eventually(waits, equals=1)
        assert not migrating.done()
    assert await migrating
    for each in (other, replica):
        await each.close()


async def test_a_table_that_is_in_use_is_not_waited_for_long_and_nothing_is_changed(
    postgres_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, newer: Checkout
) -> None:
    database = await postgres_database("scheduling")
    before = await revisions(database)
    newer.write("pre", ADD)
    monkeypatch.setattr(migrations, "LOCK_LIMIT", 100)
    async with holding(database, "SELECT * FROM session"):
        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrations.upgrade(database, "scheduling")
        assert await revisions(database) == before
        url = database.url.render_as_string(hide_password=False)
        assert await migrate(url, "scheduling", "pre", wait=0) == 1
        waiting = asyncio.create_task(migrate(url, "scheduling", "pre", wait=60))
        await asyncio.sleep(0)
    assert await waiting == 0
    assert await revisions(database) != before


async def test_migrate_waits_for_a_database_that_is_not_there_yet(postgres: Postgres) -> None:
    url = await new_database(postgres)
    with postgres.down():
        assert await migrate(url, "scheduling", "pre", wait=0) == 1
        waiting = asyncio.create_task(migrate(url, "scheduling", "pre", wait=60))
        await asyncio.sleep(0)
    assert await waiting == 0


@pytest.mark.parametrize("of", EVERYTHING)
async def test_what_runs_before_a_roll_out_takes_nothing_away_from_the_version_before(
    make_database: MakeDatabase, of: str | None
) -> None:
    """Since 0.2: each table and column stays what it was, or may be empty now; and a new one needs no value."""
    database = await make_database()
    branch = of or "kernel"
    steps = ScriptDirectory.from_config(migrations.config_of(of)).walk_revisions("base", f"{branch}@head")
    for step in reversed(list(steps)):
        before = await structure_of(database)
        await upgrade(database, of, step.revision)
        if "_post_" in step.path or int(step.revision.rpartition("_")[2]) <= NEWEST_OF_0_2[branch]:
            continue
        after = await structure_of(database)
        for table, was in before.items():
            columns = after[table]["columns"]
            for name, column in was["columns"].items():
                assert columns[name] in (column, column | {"nullable": True}), f"{step.path}: {table}.{name}"
            for name in columns.keys() - was["columns"].keys():
                assert columns[name]["nullable"] or columns[name]["default"], f"{step.path}: {table}.{name}"


async def test_what_was_run_stands_in_the_database(make_database: MakeDatabase) -> None:
    database = await make_database("billing")
    async with database.reading() as connection:
        found = {tuple(row) for row in await connection.execute(text("SELECT revision, kind FROM migration"))}
        assert await connection.run_sync(lambda it: inspect(it).has_table("migration"))
    assert {("kernel_0001", "pre"), ("kernel_0004", "pre"), ("billing_0005", "pre")} <= found
