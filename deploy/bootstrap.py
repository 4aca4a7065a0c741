"""The secrets that containers mount, made by one command: passwords, keys, NATS' configuration."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from deploy.nats_config import USERS, nats_config
from deploy.state import OPERATOR_KEY, reader_credentials, write_secret
from shared.events.catalogue import PUBLISHERS
from shared.messaging.streams import READER
from shared.web import keys

MONITORING_PORT = 8222


def bootstrap(folder: Path) -> str | None:
    """Make what is missing in `folder` and leave what is there.

    Returns the secret of the operator's key where this made it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("postgres-admin", *(f"postgres-{service}" for service in PUBLISHERS)):
        _password(folder / name)
    passwords = {user: _password(folder / f"nats-{user}") for user in USERS}
    everywhere = "0.0.0.0"  # noqa: S104 - in its container, whose network decides who reaches it
    config = nats_config(
        passwords, store="/data", port=4222, host=everywhere, monitoring_port=MONITORING_PORT, sync_always=True
    )
    write_secret(folder / "nats.conf", config)
    reader = reader_credentials("nats://nats:4222", passwords[READER])
    write_secret(folder / "nats-reader.json", json.dumps(reader, indent=2))
    keys_file = folder / "keys" / "keys.json"
    return None if keys.read(keys_file) else keys.create(keys_file, name=OPERATOR_KEY, role="operator")


def _password(path: Path) -> str:
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(32))
    return path.read_text().strip()
