"""Making a back-up: each database as it is at one moment of its own, whether or not its service runs.

No two need be of the same moment, since what one lacks of another's it takes in again from the streams (`recover`). For the same reason
the streams are not copied.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from deploy import versions
from deploy.backups import postgres
from deploy.backups.manifest import MANIFEST, SECRETS, Copy, Manifest, Stood, file_of
from deploy.backups.places import Place
from deploy.backups.streams import streams
from deploy.command import Wrong
from shared.clock import real_now
from shared.database import Database
from shared.messaging.broker import NoBroker

REVISIONS = "SELECT version_num FROM alembic_version ORDER BY version_num"


async def back_up(place: Place, folder: Path, *, secrets: bool) -> Manifest:
    """A back-up in `folder`, which must not be there yet. It is made beside it, so that half of one is never taken for one.

    Raises Wrong, and OSError where the disk refuses.
    """
    _check(place, folder, secrets=secrets)
    beside = folder.parent / f".{folder.name}.part"
    shutil.rmtree(beside, ignore_errors=True)  # of one that was killed
    beside.mkdir(mode=0o700, parents=True)
    try:
        made = await _make(place, beside, secrets=secrets)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    sync(folder.parent)
    return made


def _check(place: Place, folder: Path, *, secrets: bool) -> None:
    if folder.exists():
        msg = f"{folder} is there already: a back-up is made in a folder of its own"
        raise Wrong(msg)
    if secrets and not place.secret_files():
        msg = f"{place.secrets} holds no secrets: say with --secrets where they are, or --without-secrets"
        raise Wrong(msg)
    if place.kind == "postgresql":
        postgres.check_programs("pg_dump")


async def _make(place: Place, folder: Path, *, secrets: bool) -> Manifest:
    began = real_now()
    copies, server = {}, ""
    copy = _copy_sqlite if place.kind == "sqlite" else _copy_postgres
    for service, url in place.urls.items():
        copies[service], server = await copy(service, url, folder)
    kept = place.secret_files() if secrets else []
    for it in kept:
        to = folder / SECRETS / it
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(place.secrets / it, to)
    modes = {it.as_posix(): (place.secrets / it).stat().st_mode & 0o777 for it in kept}
    draft = {"kind": place.kind, "server": server, "services": copies, "modes": modes, "streams": await _streams(place)}
    return await asyncio.to_thread(_seal, folder, began_at=began, **draft)


def _seal(folder: Path, **draft: Any) -> Manifest:
    """Sums and the manifest, and all of it on the disk."""
    files = sorted(it for it in folder.rglob("*") if it.is_file())
    made = Manifest(
        **draft,
        code=versions.of_code(),
        contracts=versions.of_contracts(),
        ended_at=real_now(),
        files={it.relative_to(folder).as_posix(): file_of(it) for it in files},
    )
    made.write(folder)
    for it in (*files, folder / MANIFEST):
        it.chmod(0o600)
        sync(it)
    for it in (*(it for it in folder.rglob("*") if it.is_dir()), folder):
        sync(it)
    return made


async def _streams(place: Place) -> Mapping[str, Stood] | None:
    if place.nats_url is None or place.nats_password is None:
        return None
    try:
        return await streams(place.nats_url, place.nats_password)
    except NoBroker:
        return None


async def _copy_sqlite(service: str, url: str, folder: Path) -> tuple[Copy, str]:
    """Without what was deleted: `VACUUM INTO` copies rows, and not the pages that they once stood on."""
    source, copy = Path(make_url(url).database or ""), folder / f"{service}.db"

    def make() -> tuple[str, ...]:
        if not source.exists():
            msg = f"there is no {source}: say with --state or --database-url where {service}'s database is"
            raise Wrong(msg)
        with closing(sqlite3.connect(source, timeout=60)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        with closing(sqlite3.connect(copy)) as connection:
            return tuple(revision for (revision,) in connection.execute(REVISIONS))

    try:
        revisions = await asyncio.to_thread(make)
    except sqlite3.Error as error:
        msg = f"{source} cannot be copied: {error}"
        raise Wrong(msg) from None
    return Copy(file=copy.name, revisions=revisions), sqlite3.sqlite_version


async def _copy_postgres(service: str, url: str, folder: Path) -> tuple[Copy, str]:
    """The revisions are those of the snapshot that is dumped."""
    database, copy = Database(url), folder / f"{service}.dump"
    try:
        async with database.reading() as connection:
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            server = (await connection.execute(text("SHOW server_version"))).scalar_one()
            revisions = tuple((await connection.execute(text(REVISIONS))).scalars())
            await postgres.dump(url, copy, snapshot=snapshot)
    except (SQLAlchemyError, OSError) as error:
        msg = f"{service}'s database cannot be read: {str(error).splitlines()[0]}"
        raise Wrong(msg) from None
    finally:
        await database.close()
    return Copy(file=copy.name, revisions=revisions), server


def sync(path: Path) -> None:
    """Have a file, or what a folder lists, be on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
