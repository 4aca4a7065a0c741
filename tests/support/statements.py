"""The SQL statements of a piece of work: a test says by them that they are as many for many rows as for few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

_found: ContextVar[list[str] | None] = ContextVar("_found", default=None)


@event.listens_for(Engine, "before_cursor_execute")
def _note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    found = _found.get()
    if found is not None:
        found.append(statement)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Those that are executed in this context meanwhile, in whichever database; a service's own work goes on in others.

    One for many rows (`executemany`) is one.
    """
    found: list[str] = []
    token = _found.set(found)
    try:
        yield found
    finally:
        _found.reset(token)
