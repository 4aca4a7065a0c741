"""What whoever asks for a change has seen of the entity: compared inside the transaction that changes it, not before.

A route says which kind of entity it changes (`web/etags.py`); the use case compares the first of this kind that it changes.
Others that the same request changes besides were not looked at, and are not compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from shared.errors import Stale


@dataclass
class Seen:
    """What a request says of an entity of one kind."""

    kind: type[Any]
    tags: frozenset[str] | None  # one of these stands; None: whatever stands
    is_compared: bool = False


_seen: ContextVar[Seen | None] = ContextVar("_seen", default=None)


@contextmanager
def seen(what: Seen) -> Iterator[None]:
    """Inside, this is what was seen before a change was asked for."""
    before = _seen.get()
    _seen.set(what)
    try:
        yield
    finally:
        _seen.set(before)


def tag_of(entity: Any, *besides: object) -> str:
    """What an entity stands at: its version, and a fingerprint of what of it changes without an event, and so without a version.

    That is the entity's own `untold`, and what `besides` it belongs to what is shown.
    """
    untold = tuple(it for it in (getattr(entity, "untold", None), *besides) if it is not None)
    fingerprint = hashlib.sha256(repr(untold).encode()).hexdigest()[:12] if untold else None
    version = getattr(entity, "version", None)
    return "-".join(str(it) for it in (version, fingerprint) if it is not None)


def compare(entity: Any, *besides: object) -> None:
    """Raises Stale where whoever asked has seen another state of the entity, which was read under its lock."""
    what = _seen.get()
    if what is None or what.is_compared or not isinstance(entity, what.kind):
        return
    what.is_compared = True
    tag = tag_of(entity, *besides)
    if what.tags is not None and tag not in what.tags:
        raise Stale(tag, version=getattr(entity, "version", None))
