"""What an audit reads of every service: what it told, what it knows from the others, and which events it disowned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Table, select, tuple_

from shared.contracts.envelope import NOBODY
from shared.errors import NotFound, RuleBroken
from shared.messaging.consume import Consumers
from shared.messaging.tables import disowned, outbox
from shared.web import plain_words
from shared.web.api import A_PROGRAMME, Administrator, After, AfterId, AfterPosition, DatabaseOf, Limit, Page, page_of

NameInPath = Annotated[str, Path(max_length=60, description="of a projection", examples=["programme"])]
ProgrammeOfEvents = Annotated[
    str | None,
    Query(
        max_length=40,
        description=f"a programme's code, or `{NOBODY}` for what is of none; all where it is left out",
        examples=[A_PROGRAMME],
    ),
]


class Service(Protocol):
    """The part of shared/service.py that these routes use."""

    consumers: Consumers


class ToldView(BaseModel):
    """An event of the service's own."""

    position: int = Field(description="counts what the service told, in the order in which it was written")
    published_at: datetime | None = Field(description="when the stream acknowledged it, in real time")
    event: dict[str, Any] = Field(description="whole, as the stream has it")


class RowView(BaseModel):
    """One entity, as the service knows it at its newest version."""

    key: str = Field(description="what it is known by")
    fields: dict[str, Any] = Field(description="by column")


class DisownedView(BaseModel):
    """An event of the service's stream, or acknowledged in its name, that it is to know nothing of."""

    event_id: str = Field(description="or the body's SHA-256 where it has none")
    by: str = Field(description="who said so")
    at: datetime


def add_to(router: APIRouter, *, has_projections: bool) -> None:
    router.get("/operations/told")(list_what_was_told)
    router.get("/operations/disowned")(list_disowned_events)
    if has_projections:
        router.get("/operations/projections/{name}")(list_projected_rows)


async def list_what_was_told(
    database: DatabaseOf,
    _: Administrator,
    *,
    programme: ProgrammeOfEvents = None,
    after: AfterPosition = 0,
    limit: Limit = 50,
) -> Page[ToldView]:
    """List the service's own events, sent or still to be, with those that its stream has no more."""
    query = select(outbox.c.position, outbox.c.published_at, outbox.c.body).order_by(outbox.c.position)
    if programme is not None:
        query = query.where(outbox.c.subject.contains(f".{programme}.", autoescape=True))
    query = query.where(outbox.c.position > after)
    async with database.reading() as connection:
        rows = (await connection.execute(query.limit(limit + 1))).all()
    found = [ToldView(position=it.position, published_at=it.published_at, event=json.loads(it.body)) for it in rows]
    return page_of(found, limit, lambda it: str(it.position))


async def list_projected_rows(
    request: Request, name: NameInPath, database: DatabaseOf, _: Administrator, after: After = None, limit: Limit = 50
) -> Page[RowView]:
    """List what others told the service, an entity a row. It holds no personal data, since no event does."""
    service: Service = request.app.state.service
    table = next((it.table for it in service.consumers.projections() if it.name == name), None)
    if table is None:
        msg = "no such projection"
        raise NotFound(msg, code="no_such_projection", field="name")
    keys = list(table.primary_key)
    query = select(table).order_by(*keys).limit(limit + 1)
    if after is not None:
        place = tuple(after.split("/", len(keys) - 1))
        if len(place) != len(keys):
            raise RuleBroken(plain_words.THE_NEXT, code="not_the_next", field="after")
        query = query.where(tuple_(*keys) > place)
    async with database.reading() as connection:
        rows: Sequence[Mapping[str, Any]] = [dict(it) for it in (await connection.execute(query)).mappings()]
    return page_of([RowView(key=_key(table, it), fields=dict(it)) for it in rows], limit, lambda it: it.key)


async def list_disowned_events(
    database: DatabaseOf, _: Administrator, after: AfterId = None, limit: Limit = 50
) -> Page[DisownedView]:
    """List the events that the service is to know nothing of, whoever put them into its stream."""
    query = select(disowned).order_by(disowned.c.event_id).limit(limit + 1)
    if after is not None:
        query = query.where(disowned.c.event_id > after)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return page_of([DisownedView(**it) for it in rows], limit, lambda it: it.event_id)


def _key(table: Table, row: Mapping[str, Any]) -> str:
    return "/".join(str(row[column.name]) for column in table.primary_key)
