"""What a service's handlers make of events."""

from __future__ import annotations

import json
from typing import Any

from shared.contracts import catalogue
from shared.contracts.envelope import Event, nats_subject
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact


def facts_of(consumers: Consumers, *events: Event[Any]) -> list[Fact]:
    return [fact for event in events for handler in consumers.handlers(event) for fact in handler.run(event)]


def rows_of(consumers: Consumers, *events: Event[Any]) -> list[tuple[str, dict[str, Any]]]:
    """The same as rows, each with its table."""
    return [(fact.table.name, fact.row) for fact in facts_of(consumers, *events)]


def by_a_newer_version(event: Event[Any], **codes: str) -> Event[Any]:
    """The event as it is read where its publisher has told these codes, which are not known here."""
    told = json.loads(event.model_dump_json(exclude_none=True))
    told["data"] |= codes
    return catalogue.read(json.dumps(told).encode(), nats_subject(event))
