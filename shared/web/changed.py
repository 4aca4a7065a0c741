"""Who changed what, as administrators read it, and what a request says of itself for that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.types import Scope

from shared.messaging import changes
from shared.messaging.changes import Asked
from shared.web.api import A_PROGRAMME, Administrator, AfterPosition, DatabaseOf, Limit, Page, View, page_of

# Parameters of paths that name what is no person; only these are kept.
THINGS = (
    "agreement",
    "application",
    "concern",
    "development_area",
    "id",
    "key",
    "kind",
    "number",
    "party",
    "programme",
    "role",
    "session",
)

ByInQuery = Annotated[str | None, Query(max_length=80, description="a key's name", examples=["operator"])]
EntityInQuery = Annotated[str | None, Query(max_length=40, description="of events", examples=["programme"])]
KeyInQuery = Annotated[
    str | None, Query(max_length=120, description="what the entity is known by", examples=[A_PROGRAMME])
]


class ChangeView(View):
    """Something that was changed because somebody asked for it."""

    position: int = Field(description="counts what was changed, in the order in which it was written")
    at: datetime = Field(description="in real time")
    by: str = Field(description="the name of the key that asked for it")
    route: str = Field(description="method and path, with the names of its parameters")
    entity: str | None = Field(description="of the event that tells of it; null where none does")
    key: str | None = Field(description="what it is known by, of several parts with `/` between; never a person's id")
    version: int | None = Field(description="the entity's, by this change; null where no event tells of it")


async def list_changes(
    database: DatabaseOf,
    _: Administrator,
    *,
    by: ByInQuery = None,
    entity: EntityInQuery = None,
    key: KeyInQuery = None,
    after: AfterPosition = 0,
    limit: Limit = 50,
) -> Page[ChangeView]:
    """List who changed what, the oldest first."""
    async with database.reading() as connection:
        found = await changes.listed(connection, by=by, entity=entity, key=key, after=after, limit=limit + 1)
    return page_of(found, limit, lambda it: str(it.position))


def asked(scope: Scope) -> Asked:
    """Of a request that was routed."""
    route = scope.get("route")
    path = getattr(route, "path", scope["path"])
    named = {name: str(value) for name, value in scope.get("path_params", {}).items() if name in THINGS}
    return Asked(f"{scope['method']} {path}"[:120], "/".join(named.values())[:120] or None)
