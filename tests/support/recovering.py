"""`kulturskole recover` and `rebuild`, as an operator types it beside a PostgreSQL or SQLite database that tests made."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.nats_config import OPERATOR
from tests.support.nats import PASSWORDS
from tests.support.processes import dies_with_tests

ROOT = Path(__file__).parents[2]


async def by_command(
    command: tuple[str, str], *, database_url: str, nats_url: str, folder: Path, environment: Mapping[str, str]
) -> tuple[int, Mapping[str, Any]]:
    """A command and a service, with `--do`; the exit code, and what it says. `folder` is where a file with the password goes."""
    password = folder / "nats-operator"
    password.write_text(PASSWORDS[OPERATOR])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "deploy.cli", *command, "--do", "--json", "--database-url", database_url),
        *("--nats-url", nats_url, "--password-file", str(password)),
        cwd=ROOT,
        env=os.environ | dict(environment),
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=dies_with_tests(),
    )
    said, _ = await process.communicate()
    return await process.wait(), json.loads(said) if said else {}
