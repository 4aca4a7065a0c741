"""Events handed to a service and read from it without a broker, as the kernel hands them over and sends them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from shared.contracts import catalogue
from shared.contracts.envelope import Event, nats_subject
from shared.database import Database
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact, record
from shared.messaging.tables import outbox


def facts_of(consumers: Consumers, *events: Event[Any]) -> list[Fact]:
    """What a service's handlers make of them."""
    return [fact for event in events for handler in consumers.handlers(event) for fact in handler.run(event)]


def rows_of(consumers: Consumers, *events: Event[Any]) -> list[tuple[str, dict[str, Any]]]:
    """The same as rows, each with its table."""
    return [(fact.table.name, fact.row) for fact in facts_of(consumers, *events)]


def by_a_newer_version(event: Event[Any], **codes: str) -> Event[Any]:
    """The event as it is read here when a newer publisher gave its fields these codes, which are not known here."""
    content = json.loads(event.model_dump_json(exclude_none=True))
    content["data"] |= codes
    return catalogue.read(json.dumps(content).encode(), nats_subject(event))


async def take(consumers: Consumers, database: Database, *events: Event[Any]) -> None:
    """Record the facts of these events, as the kernel does with a batch, but without the inbox."""
    async with database.transaction() as connection:
        await record(connection, facts_of(consumers, *events))


async def events_of(database: Database) -> list[Event[Any]]:
    """What is in the outbox, in order, as a consumer would read it."""
    query = select(outbox.c.body, outbox.c.subject).order_by(outbox.c.position)
    async with database.reading() as connection:
        return [catalogue.read(row.body.encode(), row.subject) for row in await connection.execute(query)]
