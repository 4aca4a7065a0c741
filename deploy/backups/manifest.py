"""What a back-up says of itself: `manifest.json`, by which one that is damaged, half or somebody else's is known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from deploy.client import canonical

MANIFEST = "manifest.json"
SECRETS = "secrets"  # the folder of them in a back-up
SHA256 = "sha256"  # of the manifest, in the manifest

Kind: TypeAlias = Literal["sqlite", "postgresql"]


class NoBackup(Exception):
    """A folder is not what a back-up was when it was made, or is none of ours. The message says how."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder} is no whole back-up of ours: {why}; nothing was changed")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class File(_Part):
    bytes: int
    sha256: str


class Copy(_Part):
    """One service's database: its file, and at which revisions of Alembic it stood."""

    file: str
    revisions: tuple[str, ...]


class Stood(_Part):
    """Where a stream stood, for people: nothing of it is in the back-up."""

    created_at: datetime
    last_sequence: int


class Manifest(_Part):
    format: Literal["kulturskole-backup"] = "kulturskole-backup"
    format_version: Literal[1] = 1
    code: str  # the version that made it
    contracts: str  # versions.of_contracts
    began_at: datetime
    ended_at: datetime
    kind: Kind
    server: str  # the database's version
    services: Mapping[str, Copy]
    streams: Mapping[str, Stood] | None  # none where NATS was not reached
    files: Mapping[str, File] = Field(min_length=1)  # by path in the folder
    modes: Mapping[str, int] = {}  # of the secrets, where they were; here all are their owner's alone

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(_sealed(self.model_dump(mode="json")), encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a back-up of which every file is as it was made. Raises NoBackup."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise NoBackup(folder, f"it has no {MANIFEST} that can be read") from None
    try:
        content = json.loads(text)
        del content[SHA256]
        found = Manifest.model_validate(content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoBackup(folder, f"{MANIFEST} was changed, or is none of ours") from None
    if text != _sealed(content):
        raise NoBackup(folder, f"{MANIFEST} was changed")
    for name, file in found.files.items():
        _check(folder, name, file)
    for secret in found.modes:
        if f"{SECRETS}/{secret}" not in found.files:
            raise NoBackup(folder, f"{MANIFEST} does not say what {secret} is to be")
    if lacking := [it.file for it in found.services.values() if it.file not in found.files]:
        raise NoBackup(folder, f"{MANIFEST} does not say what {lacking[0]} is to be")
    return found


def file_of(path: Path) -> File:
    """Raises OSError."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return File(bytes=path.stat().st_size, sha256=digest)


def _check(folder: Path, name: str, file: File) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.as_posix() != name:
        raise NoBackup(folder, f"{name} lies outside of it")
    try:
        found = file_of(folder / name)
    except OSError as error:
        raise NoBackup(folder, f"{name} cannot be read ({error.strerror})") from None
    if found != file:
        raise NoBackup(folder, f"{name} is not what was kept")


def _sealed(content: dict[str, Any]) -> str:
    return canonical(content | {SHA256: _sum(canonical(content))})


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
