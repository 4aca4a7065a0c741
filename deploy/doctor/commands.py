"""`kulturskole doctor`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.arguments import check_looked_at
from deploy.command import (
    CANNOT,
    DEFAULT_PASSWORD_FILE,
    DEFAULT_STATE,
    NATS_HERE,
    Json,
    NatsUrl,
    PasswordFile,
    StateFolder,
    answer,
    read,
)
from deploy.subscribers.commands import FolderOfSubscribers, folder_of

LookedAt = Annotated[
    str | None,
    typer.Argument(
        help="a service, whose environment this is, as in its container; or nats, as its operator sees it; "
        "without it, all that `up` keeps",
        callback=check_looked_at,
        metavar="[SERVICE|nats]",
    ),
]


def doctor(
    what: LookedAt = None,
    *,
    state: StateFolder = DEFAULT_STATE,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    subscribers: FolderOfSubscribers = None,
    as_json: Json = False,
) -> None:
    """Look at settings, databases, NATS, mail, certificates, clocks and disks: what is wrong, and what to do. Changes nothing."""
    from deploy.doctor import run  # noqa: PLC0415 - loads the four services, which others need not wait for
    from deploy.nats_operator import CA_FILE  # noqa: PLC0415 - likewise
    from deploy.subscribers.folder import Folder  # noqa: PLC0415 - likewise
    from shared import logs  # noqa: PLC0415 - likewise

    logs.configure("ERROR", service="kulturskole")  # on the screen is what a program is to read
    looking: Any
    if what is None:
        looking = run.of_state(state)
    elif what == "nats":
        password, ca_file = read(password_file, "--password-file"), os.environ.get(CA_FILE)
        folder = Folder(folder_of(subscribers, password_file))
        looking = run.of_nats(nats_url, password, Path(ca_file) if ca_file else None, folder)
    else:
        looking = run.of_service(what)
    found = asyncio.run(looking)
    answer(run.content(found), *(it.line() for it in found), as_json=as_json)
    if not run.is_well(found):
        raise typer.Exit(CANNOT)
