"""Streams and durables: what they must be like, and the step that makes and updates them.

Services never do this; it is done with the operator's user, before they start and after each roll-out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from nats.aio.client import Client
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError
from nats.js.manager import JetStreamManager

from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.messaging.consume import Consumers

log = structlog.get_logger()

DAY = 24 * 60 * 60
MAX_AGE = 800 * DAY  # seconds: longer than a programme; what is older is republished from the outbox
MOST = "most"  # the key of what a durable says of itself
DUPLICATE_WINDOW = 10 * 60  # seconds in which the stream knows a message id again


class ProvisioningFailed(Exception):
    """What is there differs in a field that NATS cannot update. Says where, which, and how."""


@dataclass(frozen=True)
class Durable:
    stream: str
    name: str
    filters: tuple[str, ...]
    ack_wait: float  # seconds
    since: datetime | None = None  # what was told before is not delivered
    most: int | None = None  # messages that may be asked for at once


@dataclass
class _Config(ConsumerConfig):
    """With what nats-py 2.16 does not know of."""

    max_batch: int | None = None


def durables(services: Iterable[Consumers], *, ack_wait: float = 5.0) -> list[Durable]:
    """One per service and stream it consumes, filtered by its handlers."""
    return [
        Durable(stream_of(publisher), consumers.service, tuple(filters), ack_wait)
        for consumers in services
        for publisher, filters in consumers.filters().items()
    ]


async def provision(client: Client, wanted: Iterable[Durable], *, replicas: int | None = None) -> None:
    """Make the streams and durables, or bring them up to date. Running it again changes nothing.

    Without `replicas` each stream keeps those that it has, and a new one gets as many as another has.

    Raises ProvisioningFailed.
    """
    jsm = client.jsm(timeout=10)
    existing = {publisher: await _existing(jsm, publisher) for publisher in PUBLISHERS}
    most = max((it.num_replicas or 1 for it in existing.values() if it), default=1)
    for publisher, stream in existing.items():
        kept = stream.num_replicas if stream else most
        await _stream(jsm, publisher, stream, replicas or kept or 1)
    await make_durables(client, wanted)


async def make_durables(client: Client, wanted: Iterable[Durable]) -> None:
    """Make the durables on streams that are there, or bring them up to date. Raises ProvisioningFailed."""
    jsm = client.jsm(timeout=10)
    for durable in wanted:
        await _durable(jsm, durable)


async def _existing(jsm: JetStreamManager, publisher: str) -> StreamConfig | None:
    try:
        return (await jsm.stream_info(stream_of(publisher))).config
    except NotFoundError:
        return None


async def _stream(jsm: JetStreamManager, publisher: str, existing: StreamConfig | None, replicas: int) -> None:
    config = StreamConfig(
        name=stream_of(publisher),
        subjects=[f"kulturskole.{publisher}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,  # a full stream refuses what is new, which waits in the outbox, and drops nothing old
        max_age=MAX_AGE,
        duplicate_window=DUPLICATE_WINDOW,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
    )
    if existing is None:
        await jsm.add_stream(config)
        log.info("stream made", stream=config.name, replicas=replicas)
        return
    _must_agree(stream_of(publisher), existing, config, ("retention", "storage", "deny_delete", "deny_purge"))
    ours = ("subjects", "discard", "max_age", "duplicate_window", "num_replicas")
    if all(getattr(existing, field) == getattr(config, field) for field in ours):
        return
    try:
        await jsm.update_stream(existing.evolve(**{field: getattr(config, field) for field in ours}))
    except APIError as error:
        raise _failed(stream_of(publisher), error) from error


async def _durable(jsm: JetStreamManager, durable: Durable) -> None:
    config = _Config(
        durable_name=durable.name,
        filter_subjects=list(durable.filters),
        deliver_policy=DeliverPolicy.BY_START_TIME if durable.since else DeliverPolicy.ALL,
        opt_start_time=durable.since,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=durable.ack_wait,
        max_deliver=-1,  # without end: the kernel parks what fails too often, where NATS would silently drop it
        max_ack_pending=20_000,
        max_batch=durable.most,
        metadata={MOST: str(durable.most)}
        if durable.most
        else None,  # nats-py would not say what stands in `max_batch`
    )
    where = f"{durable.stream}/{durable.name}"
    try:
        existing = (await jsm.consumer_info(durable.stream, durable.name)).config
    except NotFoundError:
        pass
    else:
        _must_agree(where, existing, config, ("deliver_policy", "opt_start_time", "ack_policy"))
        if existing.filter_subject:  # the server may keep a single filter in a field of its own
            existing = existing.evolve(filter_subjects=[existing.filter_subject])
        same = ("ack_wait", "max_deliver", "max_ack_pending")
        if (
            sorted(existing.filter_subjects or []) == sorted(durable.filters)
            and all(getattr(existing, field) == getattr(config, field) for field in same)
            and (existing.metadata or {}).get(MOST) == (config.metadata or {}).get(MOST)
        ):
            return
    try:
        await jsm.add_consumer(durable.stream, config)
    except APIError as error:
        raise _failed(where, error) from error
    log.info("durable made or updated", durable=where)


def _must_agree(where: str, existing: Any, wanted: Any, fields: Iterable[str]) -> None:
    for field in fields:
        is_, should = getattr(existing, field), getattr(wanted, field)
        if is_ != should:
            msg = f"{where}: {field} is {is_} and must be {should}, which NATS cannot change"
            raise ProvisioningFailed(msg)


def _failed(where: str, error: APIError) -> ProvisioningFailed:
    return ProvisioningFailed(f"{where}: {error.description}")
