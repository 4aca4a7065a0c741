"""Who subscribes to a service's own stream, and how far each has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Protocol

import nats.errors
from fastapi import APIRouter, Path, Request
from nats.aio.client import Client
from pydantic import Field

from shared.contracts.catalogue import stream_of
from shared.errors import NotFound
from shared.messaging import readers
from shared.web.api import After, Limit, Operator, Page, View, page_of
from shared.web.declined import Declined

NameInPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="a subscriber's", examples=["reader"])]


class Service(Protocol):
    """The part of shared/service.py that these routes use."""

    name: str
    client: Client | None


class SubscriberView(View):
    """Another system that reads this service's events."""

    name: str
    filters: list[str] = Field(description="the NATS subjects that it gets")
    since: datetime | None = Field(description="what was told before is not for it; null where all is")
    lag: int = Field(description="events for it that it has not acknowledged")
    pending: int = Field(description="of these, not delivered yet")
    unacknowledged: int = Field(description="of these, delivered; they come again after 30 seconds")
    redelivered: int = Field(description="of these, delivered more than once")
    waits: bool = Field(description="it is connected, and asks for events right now")
    last_seen: datetime | None = Field(
        description="when it was last given an event or acknowledged one, in real time; null where it never was, or began anew"
    )


def add_to(router: APIRouter) -> None:
    router.get("/operations/subscribers")(list_subscribers)
    router.get("/operations/subscribers/{name}")(show_subscriber)


async def list_subscribers(
    request: Request, _: Operator, after: After = None, limit: Limit = 50
) -> Page[SubscriberView]:
    """List the other systems that read this service's events."""
    service: Service = request.app.state.service
    with _asking(service) as client:
        found = await readers.readers(client, stream_of(service.name))
    later = [it for it in found if after is None or it.name > after]
    return page_of(later[: limit + 1], limit, lambda it: it.name)


async def show_subscriber(request: Request, name: NameInPath, _: Operator) -> SubscriberView:
    """Show one of them."""
    service: Service = request.app.state.service
    with _asking(service) as client:
        found = await readers.reader(client, stream_of(service.name), name)
    if found is None:
        msg = "nobody of this name reads this service's events"
        raise NotFound(msg, code="no_such_subscriber", field="name")
    return SubscriberView.model_validate(found)


@contextmanager
def _asking(service: Service) -> Iterator[Client]:
    """NATS, in a block that asks it something. Raises Declined (503) where it does not answer."""
    if service.client is None or not service.client.is_connected:
        raise Declined(503, "NATS does not answer right now", code="nats_is_away")
    try:
        yield service.client
    except (TimeoutError, nats.errors.Error) as error:
        raise Declined(503, "NATS does not answer right now", code="nats_is_away") from error
