"""What commands are told by name: a service, a programme. Each becomes part of a path, and so is nothing else."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from shared.contracts.catalogue import PUBLISHERS


def _service(name: str) -> str:
    if name not in PUBLISHERS:
        msg = f"{name}; the services are {', '.join(PUBLISHERS)}"
        raise typer.BadParameter(msg)
    return name


def check_looked_at(name: str | None) -> str | None:
    """A service, or NATS."""
    return name if name in (None, "nats") else _service(name)


def check_programme(code: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
        msg = f"{code}; a programme's code is small letters, digits and -, at most 40"
        raise typer.BadParameter(msg)
    return code


ServiceName = Annotated[str, typer.Argument(callback=_service)]
ProgrammeCode = Annotated[str, typer.Argument(callback=check_programme)]
