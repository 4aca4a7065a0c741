"""The folder that an embedded start keeps everything in: databases, streams, mails, passwords, keys, logs."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import IO

from deploy.nats_config import OPERATOR, USERS
from shared.web import keys

PRIVATE = 0o077  # the umask by which what is made is its owner's alone
# All that is made in the folder; what else stands there is somebody else's.
OURS = (
    "*.db",
    "*.db-*",
    "*.db.lock",
    "*.json",
    "lock",
    "nats-operator",
    "session-secret",
    "feeds-secret",
    "kulturskole.log*",
    "access-point*",
    "made-by-the-demo",
)
OUR_FOLDERS = ("keys", "mails", "nats", "subscribers")
OPERATOR_KEY = "operator"  # the name of the key that a first run makes
MADE_BY_DEMO = "made-by-the-demo"  # a file by this name says that a demo may empty the folder


class InUse(Exception):
    """Another process runs on this folder."""


class NotOurs(Exception):
    """A folder that is to be emptied holds something that a demo did not make."""


class State:
    """Paths in the folder, and what is made in it on a first run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.keys = self.folder / "keys" / "keys.json"
        self.mails = self.folder / "mails"
        self.access_point = self.folder / "access-point.jsonl"  # what the one that delivers nowhere was given
        self.access_point_token = self.folder / "access-point-token"
        self.log = self.folder / "kulturskole.log"
        self.nats_config = self.folder / "nats" / "nats.conf"
        self.subscribers = self.folder / "subscribers"
        self.nats_log = self.folder / "nats" / "nats-server.log"
        self.nats_store = self.folder / "nats" / "jetstream"
        self.reader = self.folder / "nats-reader.json"
        self.session_secret = self.folder / "session-secret"
        self.feeds_secret = self.folder / "feeds-secret"
        self._passwords = self.folder / "passwords.json"
        self._lock: IO[str] | None = None
        self._umask: int | None = None

    def open(self) -> None:
        """Make the folder and take it for this process; what is made in it is private, whoever may look into it. Raises InUse."""
        self._umask = os.umask(PRIVATE)  # of the process, and so of nats-server and SQLite too
        for folder in (self.folder, self.nats_config.parent):
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            msg = f"another process runs on {self.folder}; stop it first, or choose another folder with --state"
            raise InUse(msg) from None
        self._make_private()

    def _make_private(self) -> None:
        """What was made by a version before, or copied back."""
        folders = [self.folder / name for name in OUR_FOLDERS if (self.folder / name).is_dir()]
        inside = (it for folder in folders for it in folder.rglob("*"))
        for it in (*folders, *inside, *(it for name in OURS for it in self.folder.glob(name))):
            if not it.is_symlink() and it.stat().st_mode & PRIVATE:
                it.chmod(it.stat().st_mode & ~PRIVATE & 0o777)

    def close(self) -> None:
        if self._umask is not None:
            os.umask(self._umask)
            self._umask = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def database_url(self, service: str) -> str:
        return f"sqlite+aiosqlite:///{self.folder / service}.db"

    def passwords(self) -> dict[str, str]:
        """By user of NATS; made on the first run."""
        known = json.loads(self._passwords.read_text()) if self._passwords.exists() else {}
        missing = [user for user in USERS if user not in known]
        if missing:
            known |= {user: secrets.token_urlsafe(32) for user in missing}
            write_secret(self._passwords, json.dumps(known, indent=2))
        write_secret(self.folder / "nats-operator", known[OPERATOR])  # for `provision` and `audit`
        return {user: known[user] for user in USERS}

    def make_session_secret(self) -> Path:
        """The file of the secret that the pages' sessions are sealed with; made on the first run."""
        return _made(self.session_secret)

    def make_feeds_secret(self) -> Path:
        """The file of the secret that addresses of calendar feeds are made with; made on the first run."""
        return _made(self.feeds_secret)

    def make_access_point_token(self) -> Path:
        """The file of the token that the access point that delivers nowhere asks for; made on the first run."""
        return _made(self.access_point_token)

    def first_key(self) -> str | None:
        """An operator's key where there is no key yet; its secret is kept nowhere."""
        if keys.read(self.keys):
            return None
        return keys.create(self.keys, name=OPERATOR_KEY, role="operator")


def _made(secret: Path) -> Path:
    if not secret.exists():
        write_secret(secret, secrets.token_urlsafe(32))
    return secret


def write_secret(path: Path, content: str, *, mode: int = 0o600) -> None:
    """Write a file that its owner alone can read, from its first byte on; `mode` is given to it once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
    beside.replace(path)


def empty(folder: Path) -> None:
    """Make a demo's folder empty. Raises NotOurs, and InUse where something runs on it."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MADE_BY_DEMO).exists():
            msg = f"{folder} was not made by a demo and is not emptied; choose another with --state"
            raise NotOurs(msg)
        state = State(folder)
        state.open()
        shutil.rmtree(folder)
        state.close()
    claim_for_demo(folder)


def claim_for_demo(folder: Path) -> None:
    """Note in the folder that a demo may empty it, unless it holds something already."""
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(folder / MADE_BY_DEMO, "`kulturskole demo` empties this folder at its next run\n")
