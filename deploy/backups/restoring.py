"""Putting a back-up back: all that may refuse is asked first, and nothing is touched where one does.

What is loaded is older than what was told since, so that no service serves it until `recover` has brought it up to date.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from deploy.backups import postgres
from deploy.backups.copying import sync
from deploy.backups.manifest import SECRETS, Manifest, NoBackup, Stood, read
from deploy.backups.places import Place
from deploy.command import Wrong
from shared import migrations
from shared.database import Database
from shared.messaging import recover
from shared.messaging.stopped import stopped

BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a file
CONNECTED = """
    SELECT DISTINCT usename FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL ORDER BY usename
"""
# Who serves adds to the outbox; what is granted stands in the dump, and so says who it is.
SERVES = """
    SELECT grantee FROM information_schema.role_table_grants
    WHERE table_name = 'outbox' AND privilege_type = 'INSERT' AND grantee NOT IN (current_user, 'PUBLIC')
"""
OWNS = "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = 'alembic_version'::regclass"


@dataclass
class Report:
    """What was done, or without `--do` what would be."""

    folder: Path
    manifest: Manifest
    done: bool = False
    replaced: list[str] = field(default_factory=list)  # services whose databases were not empty
    migrated: dict[str, list[str]] = field(default_factory=dict)  # the revisions that were run
    left_to_migrate: list[str] = field(default_factory=list)  # services whose tables are another role's
    secrets: list[str] = field(default_factory=list)  # that were missing, and are put back
    other_secrets: list[str] = field(default_factory=list)  # that stand there and are others: left alone
    recovered: list[recover.Report] = field(default_factory=list)
    not_recovered: str | None = None  # why
    streams_made_anew: list[str] = field(default_factory=list)  # by publisher, since the back-up
    programmes: list[str] = field(default_factory=list)

    def next_steps(self) -> list[str]:
        """What is to be done after it, in that order: commands, and what they are for."""
        steps = [f"migrate {it} as the role that owns its tables: services.{it} migrate" for it in self.left_to_migrate]
        recovered = {it.service for it in self.recovered if not it.invalid}
        waiting = [it for it in self.manifest.services if it not in recovered]
        if len(self.streams_made_anew) < len(waiting):
            steps += [f"kulturskole recover {it} --do" for it in waiting]
        steps.append("start the services")
        steps += [f"kulturskole republish {it}: its stream was made anew" for it in self.streams_made_anew]
        steps.append("GET /SERVICE/operations/missing of all four: what no event carries, to be said anew")
        return steps + [f"kulturskole audit {it}" for it in self.programmes]


async def load(folder: Path, place: Place, *, do: bool, replace: bool) -> Report:
    """Check all of it, and with `do` load the databases, migrate those that are older, and put back secrets that are missing.

    Raises NoBackup, Wrong, stopped.IsRunning, state.InUse, and OSError; nothing was changed then, but for a disk that filled up.
    """
    manifest = read(folder)
    _check_is_for(folder, manifest, place)
    if place.kind == "postgresql":
        postgres.check_programs("pg_restore", "psql")
    report = Report(folder, manifest)
    async with AsyncExitStack() as stack:
        if place.state is not None and (do or place.state.folder.exists()):
            stack.callback(place.state.close)
            place.state.open()
        there = {it: url for it, url in place.urls.items() if do or place.kind == "postgresql" or _file(url).exists()}
        for service, url in there.items():
            await stack.enter_async_context(_nobody_uses(service, url))
        report.replaced = [it for it, url in there.items() if not await _is_empty(it, url)]
        if report.replaced and not replace:
            msg = (
                f"there are tables in the database of {', '.join(report.replaced)} already; with --replace they are lost. "
                "Nothing was changed"
            )
            raise Wrong(msg)
        _look_at_secrets(report, place)
        if do:
            await (_load_sqlite if place.kind == "sqlite" else _load_postgres)(report, place)
            _put_back_secrets(report, place)
            report.programmes = await _programmes(place.urls["registration"])
            report.done = True
    return report


def made_anew(then: Mapping[str, Stood] | None, now: Mapping[str, Stood]) -> list[str]:
    """Publishers whose streams are others than when the back-up was made, or gone: what was told before is to be sent again."""
    return [it for it, was in (then or {}).items() if it not in now or now[it].created_at != was.created_at]


def _check_is_for(folder: Path, manifest: Manifest, place: Place) -> None:
    if manifest.kind != place.kind:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        msg = f"{folder} was made of {names[manifest.kind]}, and this is {names[place.kind]}; nothing was changed"
        raise Wrong(msg)
    if lacking := set(place.urls) - set(manifest.services):
        raise NoBackup(folder, f"it lacks {', '.join(sorted(lacking))}")
    for service in place.urls:
        scripts = ScriptDirectory.from_config(migrations.config_of(service))
        known = {it.revision for it in scripts.walk_revisions()}
        if newer := set(manifest.services[service].revisions) - known:
            msg = (
                f"the back-up has {', '.join(sorted(newer))}, which this version does not know: it was made by "
                f"{manifest.code}, so restore it with that version or a newer one. Nothing was changed"
            )
            raise Wrong(msg)


@asynccontextmanager
async def _nobody_uses(service: str, url: str) -> AsyncIterator[None]:
    """Hold what the service would hold. On PostgreSQL one that waits holds nothing, and is seen by its connections."""
    database = Database(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        try:
            if not database.is_sqlite:
                async with database.reading() as connection:
                    connected = (await connection.execute(text(CONNECTED))).scalars().all()
                await database.writer.dispose()
                if connected:
                    msg = f"{', '.join(connected)} is connected to the database of {service}: stop what it is first"
                    raise Wrong(msg)
            await stack.enter_async_context(stopped(database, service))
        except (SQLAlchemyError, OSError) as error:
            msg = f"the database of {service} cannot be used: {str(error).splitlines()[0]}"
            raise Wrong(msg) from None
        yield


async def _is_empty(service: str, url: str) -> bool:
    if make_url(url).get_backend_name() == "sqlite" and not _file(url).exists():
        return True
    database = Database(url)
    try:
        async with database.reading() as connection:
            return not await connection.run_sync(lambda it: inspect(it).get_table_names())
    finally:
        await database.close()


async def _load_sqlite(report: Report, place: Place) -> None:
    """Each is made whole beside the one that is there, and all four are put in place when the last one is."""
    beside = {service: Path(f"{_file(url)}.restored") for service, url in place.urls.items()}
    try:
        for service, new in beside.items():
            _remove(new)
            shutil.copyfile(report.folder / report.manifest.services[service].file, new)
            new.chmod(0o600)
            await _migrate(report, service, f"sqlite+aiosqlite:///{new}")
            sync(new)
        for service, url in place.urls.items():
            _put_in_place(beside[service], _file(url))
    finally:
        for new in beside.values():
            _remove(new)


async def _load_postgres(report: Report, place: Place) -> None:
    for service, url in place.urls.items():
        await postgres.load(url, report.folder / report.manifest.services[service].file)
        await _migrate(report, service, url)


async def _migrate(report: Report, service: str, url: str) -> None:
    """As the role that owns the tables: what another one makes would be another's."""
    database = Database(url)
    try:
        serves = None
        schema = await migrations.look(database, service)
        if not any(it.pending for it in schema.branches):
            return
        if not database.is_sqlite:
            async with database.reading() as connection:
                if not (await connection.execute(text(OWNS))).scalar_one():
                    report.left_to_migrate.append(service)
                    return
                serves = (await connection.execute(text(SERVES))).scalars().first()
        report.migrated[service] = await migrations.upgrade(database, service, serving_role=serves)
    finally:
        await database.close()


def _look_at_secrets(report: Report, place: Place) -> None:
    for name in report.manifest.modes:
        there = place.secrets / name
        if not there.exists():
            report.secrets.append(name)
        elif there.read_bytes() != (report.folder / SECRETS / name).read_bytes():
            report.other_secrets.append(name)


def _put_back_secrets(report: Report, place: Place) -> None:
    """Those that are missing, as readable as they were: containers mount them one by one."""
    place.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in report.secrets:
        mode = report.manifest.modes[name]
        parent = (place.secrets / name).parent
        if not parent.exists():
            parent.mkdir(parents=True)
            parent.chmod(0o755 if mode & 0o004 else 0o700)
        (place.secrets / name).touch(mode=0o600)
        shutil.copyfile(report.folder / SECRETS / name, place.secrets / name)
        (place.secrets / name).chmod(mode)


async def _programmes(url: str) -> list[str]:
    """Their codes, for who audits them."""
    database = Database(url)
    try:
        async with database.reading() as connection:
            return list((await connection.execute(text("SELECT code FROM programme ORDER BY code"))).scalars())
    finally:
        await database.close()


def _put_in_place(new: Path, there: Path) -> None:
    for it in BESIDE:  # of the one that was there: SQLite would take it for the new one's
        Path(f"{there}{it}").unlink(missing_ok=True)
    new.replace(there)
    sync(there.parent)


def _remove(new: Path) -> None:
    for it in ("", *BESIDE):
        Path(f"{new}{it}").unlink(missing_ok=True)


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")
