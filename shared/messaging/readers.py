"""Who else reads a stream, and how far each has come: the durables on it that are no service's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from shared.contracts.catalogue import PUBLISHERS

TIME_OUT = 2.0  # seconds, for the server to answer
PAGE = 256  # durables that the server tells of at once


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One subscriber on one stream. `since` and `last_seen` are real time; `lag` counts events that it has not acknowledged."""

    stream: str
    name: str
    filters: tuple[str, ...]
    since: datetime | None
    pending: int
    unacknowledged: int
    redelivered: int
    waits: bool
    last_seen: datetime | None

    @property
    def lag(self) -> int:
        return self.pending + self.unacknowledged


async def readers(client: Client, stream: str) -> list[Reader]:
    """By name. Raises TimeoutError or nats.errors.Error where the server does not say."""
    jsm = client.jsm(timeout=TIME_OUT)
    found: list[ConsumerInfo] = []
    while True:
        page = await jsm.consumers_info(stream, len(found))
        found += page
        if len(page) < PAGE:
            return sorted(_subscribers(found), key=lambda it: it.name)


async def reader(client: Client, stream: str, name: str) -> Reader | None:
    """None where no subscriber of that name reads it. Raises as `readers` does."""
    try:
        info = await client.jsm(timeout=TIME_OUT).consumer_info(stream, name)
    except NotFoundError:
        return None
    return next(_subscribers([info]), None)


def _subscribers(infos: Iterable[ConsumerInfo]) -> Iterator[Reader]:
    for it in infos:
        # What has no durable's name is a `recover` or an audit that is just reading.
        if it.config.durable_name is None or it.name in PUBLISHERS:
            continue
        moments = [place.last_active for place in (it.delivered, it.ack_floor) if place and place.last_active]
        yield Reader(
            stream=it.stream_name,
            name=it.name,
            filters=tuple(
                it.config.filter_subjects or ([it.config.filter_subject] if it.config.filter_subject else [])
            ),
            since=it.config.opt_start_time,
            pending=it.num_pending or 0,
            unacknowledged=it.num_ack_pending or 0,
            redelivered=it.num_redelivered or 0,
            waits=bool(it.num_waiting),
            last_seen=max(moments, default=None),
        )
