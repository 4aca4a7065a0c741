"""API keys: 256 bits each, kept as hashes in one file that every service reads, and re-reads when it changes."""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import structlog

from shared.clock import real_now

log = structlog.get_logger()

Role = Literal["reader", "administrator", "operator"]
ROLES: tuple[Role, ...] = ("reader", "administrator", "operator")  # each may do all that the one before it may


@dataclass(frozen=True, kw_only=True)
class Key:
    name: str
    role: Role
    sha256: str
    expires_at: str | None = None  # ISO 8601, real time

    def may(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= now


class Keys:
    """The keys of a file. A file that breaks keeps its last good content in force and is logged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None  # when the file was written, its size and its inode
        self._by_hash: dict[str, Key] = {}

    def find(self, secret: str) -> Key | None:
        """The key that this is the secret of, unless it has expired."""
        self._look_again()
        # No salt and no slow hash: nobody guesses 256 random bits, as they might a password.
        key = self._by_hash.get(sha256(secret.encode()).hexdigest())
        return None if key is None or key.is_expired(real_now()) else key

    def _look_again(self) -> None:
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return
            self._seen = seen
            self._by_hash = {key.sha256: key for key in read(self._path)}
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("the file of API keys cannot be read; the last good content stays", error=type(error).__name__)


def read(path: Path) -> list[Key]:
    """All keys of a file; none where there is no file. Raises ValueError, TypeError or KeyError for a broken one."""
    if not path.exists():
        return []
    keys = [Key(**row) for row in json.loads(path.read_text())["keys"]]
    for key in keys:
        if key.role not in ROLES:
            msg = f"no such role: {key.role}"
            raise ValueError(msg)
        key.is_expired(real_now())  # raises for a time that cannot be compared; this file then never comes into force
    return keys


def create(path: Path, *, name: str, role: Role, expires_at: datetime | None = None) -> str:
    """Add a key and return its secret, which is kept nowhere. Raises ValueError where the name is taken."""
    secret = secrets.token_urlsafe(32)
    expires = expires_at.isoformat() if expires_at else None
    with _alone(path):
        keys = read(path)
        if any(key.name == name for key in keys):
            msg = f"there is a key named {name} already"
            raise ValueError(msg)
        keys.append(Key(name=name, role=role, sha256=sha256(secret.encode()).hexdigest(), expires_at=expires))
        _write(path, keys)
    return secret


def revoke(path: Path, name: str) -> None:
    """Remove a key. Raises ValueError where there is none of that name."""
    with _alone(path):
        keys = read(path)
        if all(key.name != name for key in keys):
            msg = f"there is no key named {name}"
            raise ValueError(msg)
        _write(path, [key for key in keys if key.name != name])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file: of two that read and write it at once, one would lose its change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, keys: list[Key]) -> None:
    """Write a new file and rename it over the old one, so that nobody ever reads half a file."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(json.dumps({"keys": [asdict(key) for key in keys]}, indent=2))
    beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o640)  # whoever could read it still can
    beside.replace(path)
