"""A change to the tables, written as a migration, makes of a database what the tables say."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    text,
)

from deploy.write_migration import tables_of, write
from shared import clock, migrations
from shared.database import Counted, Instant
from tests.support.databases import MakeDatabase, count
from tests.support.structure import make_anew, structure_of


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations as they are, copied to where a test may write more."""
    for service in (None, "scheduling"):
        source = migrations.versions_of(service)
        shutil.copytree(source, tmp_path / source.relative_to(migrations.HERE.parents[1]))
    monkeypatch.setattr(migrations, "KERNEL", tmp_path / "shared" / "migrations" / "versions")
    monkeypatch.setattr(migrations, "SERVICES", tmp_path / "services")
    return tmp_path


def changed() -> MetaData:
    """Scheduling's tables with rooms, which sessions and parties have."""
    tables = tables_of("scheduling")
    open_ = text("state = 'open'")
    room = Table(
        "room",
        tables,
        Column("id", Counted, primary_key=True),
        Column("name", Text, nullable=False),
        Column("seats", Integer, nullable=False, server_default="0"),
        Column("state", String(10)),
        Column("opened_at", Instant, nullable=False),
        Column("programme", ForeignKey("programme.code"), nullable=False),
        UniqueConstraint("name", "seats"),
        CheckConstraint("seats >= 0", name="room_has_seats"),
        Index("room_open", "name", sqlite_where=open_, postgresql_where=open_),
    )
    tables.tables["session"].append_column(Column("told_at", Instant))
    party = tables.tables["party"]
    party.append_column(Column("room", ForeignKey(room.c.id), index=True))
    party.append_column(Column("short_name", String(20), nullable=False, server_default=""))
    party.append_constraint(UniqueConstraint(party.c.short_name, party.c.version))
    tables.tables["programme"].c.period_end.nullable = True
    return tables


async def test_what_was_changed_in_the_tables_is_made_by_the_migration(make_database: MakeDatabase) -> None:
    database, tables = await make_database(), changed()
    await migrations.upgrade(database, "scheduling")
    await write("scheduling", "add_rooms", tables)
    await migrations.upgrade(database, "scheduling")
    made = await make_anew(await make_database(), tables_of(None), tables)
    assert await structure_of(database) == await structure_of(made)
    room = tables.tables["room"]
    programme = {"code": "p", "version": 1, "period_start": date(2024, 8, 1)}
    async with database.transaction() as connection:
        await connection.execute(insert(tables.tables["programme"]).values(programme))
        await connection.execute(insert(room).values(name="Salen", opened_at=clock.START, programme="p"))
    assert await count(database, room, room.c.id == 1, room.c.seats == 0) == 1


async def test_the_kernels_tables_are_changed_in_its_own_branch(make_database: MakeDatabase, checkout: Path) -> None:
    database, tables = await make_database(), tables_of(None)
    tables.tables["outbox"].append_column(Column("sent_by", String(80)))
    versions = checkout / "shared" / "migrations" / "versions"
    number = len(list(versions.glob("0*.py"))) + 1
    path = await write(None, "add_sender", tables)
    assert path == versions / f"{number:04}_pre_add_sender.py"
    await migrations.upgrade(database)
    assert await structure_of(database) == await structure_of(await make_anew(await make_database(), tables))


async def test_a_file_says_what_it_does_and_follows_the_last_one(checkout: Path) -> None:
    folder = checkout / "services" / "scheduling" / "migrations" / "versions"
    last = len(list(folder.glob("0*.py")))
    first = await write("scheduling", "add_rooms", changed())
    second = await write("scheduling", "drop_old_rooms", changed(), post=True)
    assert first == folder / f"{last + 1:04}_pre_add_rooms.py"
    assert second == folder / f"{last + 2:04}_post_drop_old_rooms.py"
    content = second.read_text(encoding="utf-8")
    assert content.startswith('"""Drop old rooms."""\n')
    assert f'revision = "scheduling_{last + 2:04}"\ndown_revision = "scheduling_{last + 1:04}"\n' in content


async def test_a_file_is_written_for_the_rows_where_no_table_differs() -> None:
    path = await write("scheduling", "fill_in_places", tables_of("scheduling"))
    assert path.read_text(encoding="utf-8").endswith("def upgrade() -> None:\n    pass\n")


def test_a_file_imports_what_it_uses_and_nothing_of_ours() -> None:
    for name, tables in (("add_rooms", changed()), ("fill_in_places", tables_of("scheduling"))):
        path = asyncio.run(write("scheduling", name, tables))
        ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,I", str(path)]
        assert subprocess.run(ruff, check=False, capture_output=True).returncode == 0
        assert "shared" not in path.read_text(encoding="utf-8")
