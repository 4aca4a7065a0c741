"""What a service's handlers make of events."""

from __future__ import annotations

from typing import Any

from shared.contracts.envelope import Event
from shared.messaging.consume import Consumers
from shared.messaging.facts import Fact


def facts_of(consumers: Consumers, *events: Event[Any]) -> list[Fact]:
    return [fact for event in events for handler in consumers.handlers(event) for fact in handler.run(event)]
