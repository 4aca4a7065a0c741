"""The folder that says who subscribes, which NATS' configuration includes a file of.

`subscribers.json` is what counts; `accounts.conf` is written from it for NATS. Both hold passwords. In a folder that
others may read, as one that containers mount, they may read the files; else its owner alone may.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deploy.nats_config import DOMAIN
from deploy.state import write_secret
from deploy.subscribers.accounts import accounts_config
from deploy.subscribers.subscriber import READER, Subscriber
from shared.messaging.broker import inbox_prefix

ACCOUNTS = "accounts.conf"


class Unknown(Exception):
    """There is no subscriber of that name."""


@dataclass
class _Content:
    url: str  # where subscribers reach NATS
    subscribers: dict[str, tuple[Subscriber, str]]  # by name, with the password


class Folder:
    """What is known of subscribers. Several processes may change it at once; each sees the others' changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path / "subscribers.json"

    def prepare(self, url: str, *, mode: int, password: str | None = None) -> None:
        """Make the folder, with a subscriber `reader` that gets everything, or set anew where NATS is reached.

        `password` is the one that `reader` had before there was such a folder. A `reader` that was revoked stays so.
        """
        if self.is_made:
            with self._changing() as content:
                content.url = url
            return
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(mode)
        self._write(_Content(url, {READER: (Subscriber(name=READER), password or _password())}))

    @property
    def url(self) -> str:
        """Where subscribers reach NATS. Raises FileNotFoundError where the folder was not made."""
        return self._read().url

    @property
    def is_made(self) -> bool:
        return self._file.exists()

    def subscribers(self) -> list[Subscriber]:
        """By name. Raises FileNotFoundError where the folder was not made."""
        return [it for it, _ in self._read().subscribers.values()]

    def get(self, name: str) -> Subscriber:
        """Raises Unknown."""
        return _one(self._read(), name)[0]

    def credentials(self, name: str) -> dict[str, Any]:
        """What the other system connects with. Raises Unknown."""
        content = self._read()
        subscriber, password = _one(content, name)
        return {
            "url": content.url,
            "user": name,
            "password": password,
            "inbox_prefix": inbox_prefix(name),
            "domain": DOMAIN,
            "streams": [it.stream for it in subscriber.durables()],
            "durable": name,
        }

    def add(self, subscriber: Subscriber) -> None:
        """Raises ValueError where it can't be or its name is taken, FileNotFoundError where the folder was not made."""
        subscriber.check()
        with self._changing() as content:
            if subscriber.name in content.subscribers:
                msg = f"there is a subscriber named {subscriber.name} already"
                raise ValueError(msg)
            content.subscribers[subscriber.name] = subscriber, _password()

    def rotate(self, name: str) -> None:
        """Give it another password. Raises Unknown."""
        with self._changing() as content:
            content.subscribers[name] = _one(content, name)[0], _password()

    def remove(self, name: str) -> None:
        """Raises Unknown."""
        with self._changing() as content:
            _one(content, name)
            del content.subscribers[name]

    @contextmanager
    def _changing(self) -> Iterator[_Content]:
        """The content, to be changed in the block and written after it."""
        self._read()  # raises where there is none, before a lock is made beside it
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            content = self._read()
            yield content
            self._write(content)

    def _read(self) -> _Content:
        try:
            read = json.loads(self._file.read_text())
        except FileNotFoundError:
            msg = f"{self.path} does not say who subscribes: say with --subscribers where `bootstrap` or `make run` made it"
            raise FileNotFoundError(msg) from None
        rows = [(_subscriber(row), row["password"]) for row in read["subscribers"]]
        return _Content(read["url"], {it.name: (it, password) for it, password in rows})

    def _write(self, content: _Content) -> None:
        them = sorted(content.subscribers.values(), key=lambda it: it[0].name)
        rows = [
            {**asdict(it), "since": it.since and it.since.isoformat(), "password": password} for it, password in them
        ]
        mode = 0o644 if self.path.stat().st_mode & stat.S_IROTH else 0o600
        accounts = accounts_config(them)
        write_secret(self._file, json.dumps({"url": content.url, "subscribers": rows}, indent=2), mode=mode)
        write_secret(self.path / ACCOUNTS, accounts, mode=mode)


def _one(content: _Content, name: str) -> tuple[Subscriber, str]:
    if name not in content.subscribers:
        msg = f"there is no subscriber named {name}"
        raise Unknown(msg)
    return content.subscribers[name]


def _subscriber(row: dict[str, Any]) -> Subscriber:
    return Subscriber(
        name=row["name"],
        parties=tuple(row["parties"]),
        types=tuple(row["types"]),
        since=date.fromisoformat(row["since"]) if row["since"] else None,
    )


def _password() -> str:
    return secrets.token_urlsafe(32)
