"""API keys: 256 bits each, kept as hashes in one file that every service reads, and re-reads when it changes."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import structlog

from shared.clock import real_now
from shared.text import check_is_seen, one_line

log = structlog.get_logger()

Role = Literal["reader", "administrator", "operator"]
ROLES: tuple[Role, ...] = ("reader", "administrator", "operator")  # each may do all that the one before it may
LONGEST_NAME = 80  # as the columns have it that say who changed something
NAME = re.compile(rf"[^\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")
GONE = "gone"


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
    """The keys of a file. One that breaks keeps its last good content in force and is logged; one that is gone opens nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Any = None  # what the file was like when it was read
        self._said: Any = None  # what it was like when it was said that it cannot be read
        self._by_hash: dict[str, Key] = {}

    def find(self, secret: str) -> Key | None:
        """The key that this is the secret of, unless it has expired."""
        self._look_again()
        # No salt and no slow hash: nobody guesses 256 random bits, as they might a password.
        key = self._by_hash.get(sha256(secret.encode()).hexdigest())
        return None if key is None or key.is_expired(real_now()) else key

    def _look_again(self) -> None:
        seen = _look(self._path)
        if seen == self._seen:
            return
        try:
            self._by_hash = {key.sha256: key for key in read(self._path)}
        except (OSError, ValueError) as error:  # it is tried again with each request, and said once
            if seen != self._said:
                log.warning(
                    "the file of API keys cannot be read; the last good content stays", error=type(error).__name__
                )
            self._said = seen
            return
        self._seen = seen
        if seen == GONE:
            log.warning("the file of API keys is gone, and opens nothing any more")


def _look(path: Path) -> Any:
    """What is another thing once the file has changed."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return GONE
    except OSError as error:
        return type(error).__name__
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino


def read(path: Path) -> list[Key]:
    """All keys of a file; none where there is no file. Raises ValueError for a broken one."""
    return _content(path).keys


@dataclass(frozen=True, kw_only=True)
class _Content:
    keys: list[Key]
    revoked: list[str]  # names


def _content(path: Path) -> _Content:
    try:
        content = json.loads(path.read_text())
        found = _Content(keys=[_key(row) for row in content["keys"]], revoked=list(content.get("revoked", [])))
    except FileNotFoundError:
        return _Content(keys=[], revoked=[])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        msg = f"{path.name} is no file of API keys"
        raise ValueError(msg) from error
    return found


def _key(row: dict[str, Any]) -> Key:
    key = Key(**row)
    if not all(isinstance(it, str) for it in (key.name, key.role, key.sha256)) or key.role not in ROLES:
        msg = "a key has a name, a role and a hash"
        raise ValueError(msg)
    key.is_expired(real_now())  # raises for a time that cannot be compared; this file then never comes into force
    return key


def create(path: Path, *, name: str, role: Role, expires_at: datetime | None = None) -> str:
    """Add a key and return its secret, which is kept nowhere.

    Raises ValueError where the name is taken, or was: what was changed is known by the key's name, for ever.
    """
    is_plain = NAME.fullmatch(name) and unicodedata.normalize("NFKC", name) == name == one_line(name)
    if not is_plain:  # else it might look like another
        msg = f"a key's name is a line of at most {LONGEST_NAME} plain characters"
        raise ValueError(msg)
    check_is_seen(name)
    secret = secrets.token_urlsafe(32)
    expires = expires_at.isoformat() if expires_at else None
    with _alone(path):
        found = _content(path)
        if any(key.name == name for key in found.keys):
            msg = f"there is a key named {name} already"
            raise ValueError(msg)
        if name in found.revoked:
            msg = f"a key named {name} was revoked, and what it did is known by that name; choose another"
            raise ValueError(msg)
        key = Key(name=name, role=role, sha256=sha256(secret.encode()).hexdigest(), expires_at=expires)
        _write(path, _Content(keys=[*found.keys, key], revoked=found.revoked))
    return secret


def revoke(path: Path, name: str) -> None:
    """Remove a key; its name stays taken. Raises ValueError where there is none of that name."""
    with _alone(path):
        found = _content(path)
        if all(key.name != name for key in found.keys):
            msg = f"there is no key named {name}"
            raise ValueError(msg)
        left = [key for key in found.keys if key.name != name]
        _write(path, _Content(keys=left, revoked=[*found.revoked, name]))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file: of two that read and write it at once, one would lose its change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, content: _Content) -> None:
    """Write a new file and rename it over the old one, so that nobody ever reads half a file."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(json.dumps(asdict(content), indent=2))
        os.fchmod(
            file.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o600
        )  # whoever could read it still can
    beside.replace(path)
