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


# What NATS cannot change of one that is there, and what it can.
FIXED_OF_STREAM = ("retention", "storage", "deny_delete", "deny_purge")
OF_STREAM = ("subjects", "discard", "max_age", "duplicate_window", "num_replicas")
FIXED_OF_DURABLE = ("deliver_policy", "opt_start_time", "ack_policy")
OF_DURABLE = ("filter_subjects", "ack_wait", "max_deliver", "max_ack_pending")


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


async def differences(client: Client, wanted: Iterable[Durable]) -> list[str]:
    """What `provision` would make or change, or could not: in words, for people. Changes nothing.

    `client` may be a service's own user, who may look at all streams and at its own durables.
    """
    jsm = client.jsm(timeout=5)
    found = []
    for publisher in PUBLISHERS:
        stream = stream_of(publisher)
        existing = await _existing(jsm, publisher)
        if existing is None:
            found.append(f"the stream {stream} is missing")
            continue
        should = _stream_config(publisher, existing.num_replicas or 1)
        fields = [it for it in (*FIXED_OF_STREAM, *OF_STREAM) if getattr(existing, it) != getattr(should, it)]
        found += [f"the stream {stream} differs in {', '.join(fields)}"] if fields else []
    for durable in wanted:
        where = f"the durable {durable.name} on {durable.stream}"
        there = await _existing_durable(jsm, durable)
        if there is None:
            found.append(f"{where} is missing")
            continue
        config = _durable_config(durable)
        fields = [it for it in FIXED_OF_DURABLE if getattr(there, it) != getattr(config, it)]
        fields += _differing(there, config)
        found += [f"{where} differs in {', '.join(fields)}"] if fields else []
    return found


async def _existing(jsm: JetStreamManager, publisher: str) -> StreamConfig | None:
    try:
        return (await jsm.stream_info(stream_of(publisher))).config
    except NotFoundError:
        return None


async def _stream(jsm: JetStreamManager, publisher: str, existing: StreamConfig | None, replicas: int) -> None:
    config = _stream_config(publisher, replicas)
    if existing is None:
        await jsm.add_stream(config)
        log.info("stream made", stream=config.name, replicas=replicas)
        return
    _must_agree(stream_of(publisher), existing, config, FIXED_OF_STREAM)
    if all(getattr(existing, field) == getattr(config, field) for field in OF_STREAM):
        return
    try:
        await jsm.update_stream(existing.evolve(**{field: getattr(config, field) for field in OF_STREAM}))
    except APIError as error:
        raise _failed(stream_of(publisher), error) from error


def _stream_config(publisher: str, replicas: int) -> StreamConfig:
    return StreamConfig(
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


async def _durable(jsm: JetStreamManager, durable: Durable) -> None:
    config = _durable_config(durable)
    where = f"{durable.stream}/{durable.name}"
    existing = await _existing_durable(jsm, durable)
    if existing is not None:
        _must_agree(where, existing, config, FIXED_OF_DURABLE)
        if not _differing(existing, config):
            return
    try:
        await jsm.add_consumer(durable.stream, config)
    except APIError as error:
        raise _failed(where, error) from error
    log.info("durable made or updated", durable=where)


def _durable_config(durable: Durable) -> _Config:
    return _Config(
        durable_name=durable.name,
        filter_subjects=sorted(durable.filters),
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


async def _existing_durable(jsm: JetStreamManager, durable: Durable) -> ConsumerConfig | None:
    try:
        existing: ConsumerConfig = (await jsm.consumer_info(durable.stream, durable.name)).config
    except NotFoundError:
        return None
    # The server may keep a single filter in a field of its own.
    filters = [existing.filter_subject] if existing.filter_subject else sorted(existing.filter_subjects or [])
    kept: ConsumerConfig = existing.evolve(filter_subjects=filters)
    return kept


def _differing(existing: ConsumerConfig, wanted: ConsumerConfig) -> list[str]:
    """Fields in which a durable is not as it should be, of those that can be changed."""
    found = [field for field in OF_DURABLE if getattr(existing, field) != getattr(wanted, field)]
    return found + ([MOST] if (existing.metadata or {}).get(MOST) != (wanted.metadata or {}).get(MOST) else [])


def _must_agree(where: str, existing: Any, wanted: Any, fields: Iterable[str]) -> None:
    for field in fields:
        is_, should = getattr(existing, field), getattr(wanted, field)
        if is_ != should:
            msg = f"{where}: {field} is {is_} and must be {should}, which NATS cannot change"
            raise ProvisioningFailed(msg)


def _failed(where: str, error: APIError) -> ProvisioningFailed:
    return ProvisioningFailed(f"{where}: {error.description}")
