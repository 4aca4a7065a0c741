"""The subscriber that a first start makes, for whoever wants to see events at once."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.state import write_secret
from deploy.subscribers.folder import Folder, Unknown
from deploy.subscribers.subscriber import READER


def prepare(path: Path, credentials: Path, url: str, *, mode: int) -> None:
    """Make the folder of subscribers where there is none, with `reader`, and write what `reader` connects with.

    `url` is where subscribers reach NATS, `mode` the folder's. A `reader` that was revoked stays so.
    """
    folder = Folder(path)
    folder.prepare(url, mode=mode, password=_password_before(credentials))
    try:
        found = folder.credentials(READER)
    except Unknown:
        credentials.unlink(missing_ok=True)
    else:
        write_secret(credentials, json.dumps(found, indent=2))


def _password_before(credentials: Path) -> str | None:
    """That of the `reader` that all other systems shared until 0.3.0: who uses it goes on."""
    if not credentials.exists():
        return None
    password: str = json.loads(credentials.read_text())["password"]
    return password
