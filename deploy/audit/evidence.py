"""What an audit looks at: all that the APIs answer about one programme, and all events of it that the streams hold."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import nats.errors
from nats.aio.client import Client as Nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from deploy.client import Client
from shared.contracts.catalogue import BY_TYPE, PUBLISHERS, stream_of
from shared.contracts.envelope import Entity, EventType

Row = dict[str, Any]
PAGE = 500
QUIET = 2.0  # seconds without a message, after which a stream has none left
UNUSED = 60.0  # seconds, after which the server drops a consumer that nobody uses


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Rows as the APIs give them; `events` are whole CloudEvents, those of a stream in its order."""

    agreements: list[Row]
    sessions: list[Row]
    releases: list[Row]
    invoices: list[Row]
    credit_notes: list[Row]
    approvals: list[Row]
    mails: list[Row]
    waiting: list[Row]  # mails that wait for something, with what
    events: list[Row]

    @property
    def waits_for_approval(self) -> set[tuple[str, int]]:
        """Agreement and instalment of which documents wait until somebody approves them."""
        return {(it["agreement"], it["instalment"]) for approval in self.approvals for it in approval["held"]}

    def happened(self, kind: EventType[Any]) -> list[Row]:
        """The events of a kind, each once."""
        return list({it["id"]: it for it in self.events if it["type"] == kind.type}.values())

    def newest(self, entity: type[Entity]) -> dict[str, Row]:
        """By what identifies it, each entity as the event with its highest version tells it."""
        found: dict[str, Row] = {}
        for event in self.events:
            kind, data = BY_TYPE.get(event["type"]), event["data"]
            if kind is None or kind.entity is not entity:
                continue
            key = "/".join(str(data.get(name)) for name in entity.identity)
            if key not in found or data["version"] > found[key]["version"]:
                found[key] = data
        return found


async def gather(client: Client, operator: Nats, programme: str) -> Evidence:
    """Needs an administrator's key, and NATS' operator. Raises Refused, Unavailable or nats.errors.Error."""
    of_programme = {
        "agreements": f"/registration/programmes/{programme}/agreements",
        "sessions": f"/scheduling/programmes/{programme}/sessions",
        "releases": f"/billing/programmes/{programme}/releases",
        "invoices": f"/billing/programmes/{programme}/invoices",
        "credit_notes": f"/billing/programmes/{programme}/credit-notes",
        "approvals": f"/billing/programmes/{programme}/approvals",
    }
    rows = {name: await _all(client, path) for name, path in of_programme.items()}
    mails = await _all(client, "/notifications/mails", programme=programme)
    waiting = (await client.get("/notifications/waiting"))["items"]
    streams = await asyncio.gather(*(_events(operator, publisher, programme) for publisher in PUBLISHERS))
    return Evidence(
        **rows,
        mails=mails,
        waiting=[it for it in waiting if it["programme"] == programme],
        events=[event for stream in streams for event in stream],
    )


async def _all(client: Client, path: str, **parameters: str) -> list[Row]:
    rows: list[Row] = []
    after: dict[str, str] = {}
    while True:
        page = await client.get(path, limit=PAGE, **parameters, **after)
        rows += page["items"]
        if page["next"] is None:
            return rows
        after = {"after": page["next"]}


async def _events(operator: Nats, publisher: str, programme: str) -> list[Row]:
    """A publisher's events of a programme, read through a consumer of the audit's own: it takes none from a service."""
    stream, filter_ = stream_of(publisher), f"kulturskole.{publisher}.*.*.{programme}.*"
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        deliver_policy=DeliverPolicy.ALL,
        inactive_threshold=UNUSED,
        filter_subject=filter_,
    )
    consumer = await operator.jsm().add_consumer(stream, config)
    subscription = await operator.jetstream().pull_subscribe_bind(consumer.name, stream)
    events: list[Row] = []
    left = consumer.num_pending or 0
    while left > 0:
        try:
            messages = await subscription.fetch(min(PAGE, left), timeout=QUIET)
        except (TimeoutError, nats.errors.TimeoutError):
            break
        left -= len(messages)
        events += [json.loads(message.data) for message in messages]
    await operator.jsm().delete_consumer(stream, consumer.name)
    return events
