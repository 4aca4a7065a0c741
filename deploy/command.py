"""What commands of `kulturskole` have in common: options, how they answer, and what they can't do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.client import canonical

Json = Annotated[bool, typer.Option("--json", help="answer as JSON")]
NatsUrl = Annotated[str, typer.Option(envvar="KULTURSKOLE_NATS_URL")]
PasswordFile = Annotated[
    Path, typer.Option(envvar="KULTURSKOLE_NATS_PASSWORD_FILE", help="holds the password of NATS' operator")
]
StateFolder = Annotated[Path, typer.Option("--state", help="the folder that `up` keeps everything in")]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", envvar="KULTURSKOLE_DATABASE_URL", help="in place of --state")
]
DatabasePasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--database-password-file", envvar="KULTURSKOLE_DATABASE_PASSWORD_FILE", help="holds the database's password"
    ),
]
NATS_HERE = "nats://127.0.0.1:4222"
Url = Annotated[str, typer.Option("--url", envvar="KULTURSKOLE_URL", help="where the APIs answer")]
Secret = Annotated[
    str | None, typer.Option("--key", envvar="KULTURSKOLE_KEY", help="an API key; better given by its variable")
]
HERE = "http://127.0.0.1:8000"
CANNOT, PORT_TAKEN = 1, 3  # exit codes; 2 is typer's own, for a wrong command line
CODES = (
    f"Exit codes: 0 done; {CANNOT} it can't be done, or what is checked does not hold; "
    f"2 the command line is wrong; {PORT_TAKEN} a port is taken."
)
# Where `make run` keeps it. For containers it is in the folder that `bootstrap` made, and named by an option.
DEFAULT_PASSWORD_FILE = Path("var/run/nats-operator")
DEFAULT_STATE = Path("var/run")


class Wrong(Exception):
    """A command can't do what it was asked for; the message says why."""


def read(file: Path, option: str) -> str:
    """What a file holds. Raises Wrong, naming the option that says where it is."""
    try:
        return file.read_text().strip()
    except OSError as error:
        msg = f"{file} cannot be read ({error.strerror}): say with {option} where it is"
        raise Wrong(msg) from None


def answer(content: Any, *lines: str, as_json: bool) -> None:
    """What a command has to say: lines for people, or the same as data for programs."""
    for line in [canonical(content).rstrip()] if as_json else lines:
        say(line)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def given(key: str | None) -> str:
    """An API key. Raises Wrong where there is none."""
    if not key:
        msg = "this needs an API key: set KULTURSKOLE_KEY"
        raise Wrong(msg)
    return key


@contextmanager
def embedded_parts() -> Iterator[None]:
    """The block imports what `up` and `demo` start on this machine. Raises Wrong where that is not installed."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name != "aiosmtpd":
            raise
        msg = "this runs servers of its own, which are not installed here (images leave them out); `make install` brings them"
        raise Wrong(msg) from None
