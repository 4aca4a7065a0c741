"""The secrets that containers mount, made by one command: passwords, keys, NATS' configuration.

The folder is for its owner alone; the files in it are not, since they are mounted one by one into containers whose
users are other ones.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from deploy.nats_config import USERS, nats_config
from deploy.state import OPERATOR_KEY, write_secret
from deploy.subscribers.folder import ACCOUNTS
from deploy.subscribers.reader import prepare
from shared.contracts.catalogue import PUBLISHERS
from shared.web import keys

# Modes of what is mounted, whatever the umask is.
MOUNTED_FILE, MOUNTED_FOLDER = 0o644, 0o755
# PostgreSQL's: for each service one that serves, and one that owns its database and migrates.
ROLES = tuple(role for service in PUBLISHERS for role in (service, f"{service}_owner"))
OPERATORS_KEY = "operator-key"  # the file that holds the secret of the operator's API key


def bootstrap(folder: Path, *, nats_url: str = "nats://127.0.0.1:4222") -> None:
    """Make what is missing in `folder` and leave what is there. `nats_url` is where other systems reach NATS."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("postgres-admin", *map(file_of, ROLES)):
        _password(folder / name)
    passwords = {user: _password(folder / f"nats-{user}") for user in USERS}
    everywhere = "0.0.0.0"  # noqa: S104 - in its container, whose network decides who reaches it
    config = nats_config(
        passwords, store="/data", port=4222, host=everywhere, sync_always=True, subscribers=f"subscribers/{ACCOUNTS}"
    )
    write_secret(folder / "nats.conf", config, mode=MOUNTED_FILE)
    prepare(folder / "subscribers", folder / "nats-reader.json", nats_url, mode=MOUNTED_FOLDER)
    for name in ("session-secret", "feeds-secret"):
        _password(folder / name)
    keys_file = folder / "keys" / "keys.json"
    if not keys.read(keys_file):
        secret = keys.create(keys_file, name=OPERATOR_KEY, role="operator")
        write_secret(folder / OPERATORS_KEY, secret)
    keys_file.chmod(MOUNTED_FILE)
    keys_file.parent.chmod(MOUNTED_FOLDER)


def file_of(role: str) -> str:
    """The file in the folder of secrets that holds the password of a role of PostgreSQL."""
    return f"postgres-{role.replace('_', '-')}"


def _password(path: Path) -> str:
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(32), mode=MOUNTED_FILE)
    return path.read_text().strip()
