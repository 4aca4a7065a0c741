"""What a database lacks since it was recovered: what no event carries can't be taken back from one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, kw_only=True)
class Missing:
    """An entity that lacks some of its fields until someone gives them anew."""

    entity: str  # as `session`
    id: str
    programme: str | None = None
    party: str | None = None
    fields: tuple[str, ...]  # as its API names them


FindMissing = Callable[[AsyncConnection], Awaitable[Sequence[Missing]]]
