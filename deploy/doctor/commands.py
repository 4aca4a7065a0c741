"""`kulturskole doctor`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from deploy.arguments import check_service
from deploy.command import CANNOT, DEFAULT_STATE, Json, StateFolder, answer

Service = Annotated[
    str | None,
    typer.Argument(
        help="whose environment this is, as in its container; without it: what `up` keeps", callback=check_service
    ),
]


def doctor(service: Service = None, *, state: StateFolder = DEFAULT_STATE, as_json: Json = False) -> None:
    """Look at settings, databases, NATS, mail, certificates, clocks and disks: what is wrong, and what to do."""
    from deploy.doctor import run  # noqa: PLC0415 - loads the four services, which others need not wait for
    from shared import logs  # noqa: PLC0415 - likewise

    logs.configure("ERROR", service="kulturskole")  # on the screen is what a program is to read
    found = asyncio.run(run.of_state(state) if service is None else run.of_service(service))
    answer(run.content(found), *(it.line() for it in found), as_json=as_json)
    if not run.is_well(found):
        raise typer.Exit(CANNOT)
