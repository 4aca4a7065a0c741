"""All four databases are copied and put back; what is damaged, half or another's is refused before anything is touched."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from deploy.backups.copying import back_up
from deploy.backups.manifest import MANIFEST, Manifest, NoBackup, read
from deploy.backups.places import Place
from deploy.backups.restoring import Report, load
from deploy.client import canonical
from deploy.command import Wrong
from deploy.nats_config import OPERATOR
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.messaging.stopped import IsRunning, stopped
from tests.support.databases import MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.events import completed, party, programme, signed
from tests.support.nats import PASSWORDS
from tests.support.postgres import binaries

LATER = datetime(2025, 10, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's, of the server that tests run."""
    monkeypatch.setenv("PATH", str(binaries()), prepend=":")


class Ours:
    """The four databases, of which billing's has issued invoices."""

    def __init__(self, databases: dict[str, Database], drill: Drill, folder: Path) -> None:
        self.databases = databases
        self.drill = drill
        self.folder = folder
        self.place = Place(
            urls={it: database.url.render_as_string(hide_password=False) for it, database in databases.items()},
            secrets=folder / "secrets",
            nats_url=drill.nats.url,
            nats_password=PASSWORDS[OPERATOR],
        )
        (self.place.secrets / "keys").mkdir(parents=True)
        (self.place.secrets / "session-secret").write_text("s" * 40)
        (self.place.secrets / "keys" / "keys.json").write_text("[]")
        (self.place.secrets / "keys" / "keys.json").chmod(0o644)

    @property
    def billing(self) -> Database:
        return self.databases["billing"]

    async def let_go(self) -> None:
        for database in self.databases.values():
            await database.close()

    async def back_up(self, *, secrets: bool = True) -> Manifest:
        return await back_up(self.place, self.folder / "kept", secrets=secrets)

    async def load(self, *, do: bool = True, replace: bool = True) -> Report:
        await self.let_go()
        return await load(self.folder / "kept", self.place, do=do, replace=replace)

    async def rows(self) -> dict[str, Any]:
        """Of every table of all four, as they stand, with a table that no version of ours knows."""
        found: dict[str, Any] = {}
        for service, database in self.databases.items():
            async with database.reading() as connection:
                names = await connection.run_sync(lambda it: sorted(_tables(it)))
                for name in names:
                    rows = await connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - a table of ours
                    found[f"{service}.{name}"] = sorted(map(repr, rows.all()))
        return found


def _tables(connection: Any) -> list[str]:
    return list(inspect(connection).get_table_names())


@pytest.fixture
async def ours(drill_of: DrillOf, make_database: MakeDatabase, tmp_path: Path) -> Ours:
    drill = await drill_of("billing")
    databases = {it: await make_database(it) for it in PUBLISHERS}
    await set_clock(databases["billing"], LATER)
    await drill.publish(programme(), party(1), party(2), signed(1), signed(2), completed(1))
    async with drill.running(databases["billing"]):
        pass
    found = Ours(databases, drill, tmp_path / "ours")
    await found.let_go()
    return found


async def test_what_is_lost_is_put_back_as_it_was(ours: Ours) -> None:
    """A table that a newer version made is lost, since the one that is put back will make it anew."""
    made = await ours.back_up()
    before = await ours.rows()
    assert len(before["billing.invoice"]) == 2
    assert made.services["billing"].revisions == read(ours.folder / "kept").services["billing"].revisions
    assert made.streams is not None
    assert made.streams["billing"].last_sequence > 0
    for database in ours.databases.values():
        async with database.transaction() as connection:
            await connection.execute(text("CREATE TABLE of_a_newer_version (id INTEGER PRIMARY KEY)"))
            await connection.execute(text("DELETE FROM inbox"))
    shutil.rmtree(ours.place.secrets)
    dry = await ours.load(do=False)
    assert (dry.done, dry.replaced) == (False, list(PUBLISHERS))
    assert not ours.place.secrets.exists()
    assert await ours.rows() != before
    report = await ours.load()
    assert report.done
    assert await ours.rows() == before
    assert report.secrets == ["keys/keys.json", "session-secret"]
    assert (ours.place.secrets / "keys" / "keys.json").stat().st_mode & 0o777 == 0o644
    assert (ours.place.secrets / "session-secret").read_text() == "s" * 40
    await ours.let_go()


async def test_what_was_told_since_is_recovered_into_what_is_put_back(ours: Ours) -> None:
    await ours.back_up()
    await ours.drill.publish(completed(2))
    async with ours.drill.running(ours.billing):
        pass
    since = await ours.drill.rows(ours.billing)
    assert len(since["invoice"]) == 4
    await ours.load()
    assert len((await ours.drill.rows(ours.billing))["invoice"]) == 2
    await ours.billing.close()
    report = await ours.drill.recover(ours.billing)
    assert (report.done, report.invalid) == (True, [])
    assert (await ours.drill.rows(ours.billing))["invoice"] == since["invoice"]
    await ours.let_go()


async def test_a_byte_that_is_another_in_any_file_is_seen_before_anything_is_touched(ours: Ours) -> None:
    made = await ours.back_up()
    before = await ours.rows()
    for name in (*made.files, MANIFEST):
        file = ours.folder / "kept" / name
        content = file.read_bytes()
        middle = len(content) // 2
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        with pytest.raises(NoBackup, match="nothing was changed"):
            await ours.load()
        file.write_bytes(content[:-1])
        with pytest.raises(NoBackup, match=name):
            await ours.load()
        file.unlink()
        with pytest.raises(NoBackup, match=name):
            await ours.load()
        file.write_bytes(content)
    assert await ours.rows() == before
    assert (await ours.load(do=False)).manifest == made
    await ours.let_go()


def with_manifest(folder: Path, **changes: Any) -> None:
    """A manifest that is whole in itself, and says something else."""
    content = json.loads((folder / MANIFEST).read_text())
    content.pop("sha256")
    content |= changes
    total = hashlib.sha256(canonical(content).encode()).hexdigest()
    (folder / MANIFEST).write_text(canonical(content | {"sha256": total}))


async def test_a_back_up_that_is_not_for_this_is_refused(ours: Ours) -> None:
    made = await ours.back_up()
    kept, before = ours.folder / "kept", await ours.rows()
    original = (kept / MANIFEST).read_text()
    other = "postgresql" if made.kind == "sqlite" else "sqlite"
    content = made.model_dump(mode="json")
    newer = {**content["services"], "billing": {**content["services"]["billing"], "revisions": ["billing_9999"]}}
    three = {it: copy for it, copy in content["services"].items() if it != "scheduling"}
    outside = {**content["files"], "../secrets/session-secret": {"bytes": 40, "sha256": "0" * 64}}
    absolute = {**content["files"], f"secrets/{ours.folder}/x": {"bytes": 0, "sha256": "0" * 64}}
    for changes, error, why in (
        ({"files": absolute, "modes": {f"{ours.folder}/x": 0o644}}, NoBackup, "outside of it"),
        ({"kind": other}, Wrong, "was made of"),
        ({"services": newer, "code": "9.0"}, Wrong, "billing_9999.*9.0"),
        ({"services": three}, NoBackup, "it lacks scheduling"),
        ({"format": "another"}, NoBackup, "none of ours"),
        ({"files": outside}, NoBackup, "outside of it"),
    ):
        with_manifest(kept, **changes)
        with pytest.raises(error, match=f"(?s){why}.*othing was changed|{why}.*Postgre"):
            await ours.load()
        (kept / MANIFEST).write_text(original)
    (kept / MANIFEST).write_text("[]")
    with pytest.raises(NoBackup):
        await ours.load()
    assert await ours.rows() == before
    await ours.let_go()


async def test_what_is_not_empty_is_only_replaced_when_that_is_said(ours: Ours) -> None:
    await ours.back_up()
    with pytest.raises(Wrong, match="registration, scheduling, billing, notifications already; with --replace"):
        await ours.load(replace=False)


async def test_nothing_is_loaded_under_a_service_that_runs(ours: Ours) -> None:
    await ours.back_up()
    before = await ours.rows()
    await ours.let_go()
    async with stopped(ours.billing, "billing"):  # holds what a service that runs holds
        with pytest.raises((IsRunning, Wrong), match="stop"):
            await ours.load()
    assert await ours.rows() == before
    await ours.let_go()


async def test_of_a_back_up_that_fails_nothing_is_left(
    ours: Ours, monkeypatch: pytest.MonkeyPatch, make_nothing: Callable[[], Awaitable[None]]
) -> None:
    await make_nothing()
    with pytest.raises(Wrong):
        await ours.back_up()
    assert sorted(it.name for it in ours.folder.iterdir()) == ["secrets"]


@pytest.fixture
def make_nothing(ours: Ours) -> Callable[[], Awaitable[None]]:
    """The last of the four cannot be copied."""

    async def make() -> None:
        async with ours.databases["notifications"].transaction() as connection:
            await connection.execute(text("DROP TABLE alembic_version"))
        await ours.let_go()

    return make


async def test_a_back_up_is_its_owners_alone_and_may_go_without_secrets(ours: Ours) -> None:
    made = await ours.back_up(secrets=False)
    kept = ours.folder / "kept"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert {it.stat().st_mode & 0o777 for it in kept.iterdir()} == {0o600}
    assert made.modes == {}
    with pytest.raises(Wrong, match="is there already"):
        await ours.back_up()


async def test_a_back_up_of_an_older_version_is_migrated(ours: Ours) -> None:
    """As far as a database can tell: it has not had the last migration of the kernel."""
    async with ours.billing.transaction() as connection:
        await connection.execute(text("DROP TABLE kept_file"))
        if not ours.billing.is_sqlite:
            await connection.execute(text("DROP FUNCTION kept_file_stays"))
        await connection.execute(text("DELETE FROM migration WHERE revision = 'kernel_0009'"))
        await connection.execute(
            text("UPDATE alembic_version SET version_num = 'kernel_0008' WHERE version_num = 'kernel_0009'")
        )
    await ours.let_go()
    await ours.back_up()
    report = await ours.load()
    assert report.migrated == {"billing": ["kernel_0009"]}
    assert (await ours.rows())["billing.kept_file"] == []
    await ours.let_go()
