"""`kulturskole recover` and `rebuild`, as an operator types it beside a PostgreSQL or SQLite database that tests made."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.nats_config import OPERATOR
from tests.support.forks import start
from tests.support.nats import PASSWORDS


async def by_command(
    command: tuple[str, str], *, database_url: str, nats_url: str, folder: Path, environment: Mapping[str, str]
) -> tuple[int, Mapping[str, Any]]:
    """A command and a service, with `--do`; the exit code, and what it says. `folder` is where a file with the password goes."""
    password = folder / "nats-operator"
    password.write_text(PASSWORDS[OPERATOR])
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as aside:
        process = await start(
            *("deploy.cli", *command, "--do", "--json", "--database-url", database_url),
            *("--nats-url", nats_url, "--password-file", str(password)),
            environment=os.environ | dict(environment),
            out=said,
            err=aside,
        )
        code = await process.wait()
        for file in (said, aside):
            file.seek(0)
        sys.stderr.write(aside.read().decode())  # shown where the test fails
        answer = said.read()
    return code, json.loads(answer) if answer else {}
